"""The figures of the papers' tables, typed a second time: a row a line, its figures between bars.

Source  the tables that reproduce/papers/*.yaml name.
"""

OTHERS_ON_SIFTFLOW = """
    Liu et al. | 76.7 | - | - | - | -
    Tighe et al., transfer | - | - | - | - | 90.8
    Tighe et al. 1, exemplar SVM | 75.6 | 41.1 | - | - | -
    Tighe et al. 2, SVM and MRF | 78.6 | 39.2 | - | - | -
    Farabet et al. 1, balanced | 72.3 | 50.8 | - | - | -
    Farabet et al. 2, natural | 78.5 | 29.6 | - | - | -
    Pinheiro et al. | 77.7 | 29.8 | - | - | -
"""
PRINTED = {
    "cvpr2015-table1": """
        FCN-AlexNet | 39.8 | 50 ms | 8 | 57M | 355 | 32
        FCN-VGG16 | 56.0 | 210 ms | 16 | 134M | 404 | 32
        FCN-GoogLeNet | 42.5 | 59 ms | 22 | 6M | 907 | 32
        FCN-AlexNet with SBD | 48.0 | - | - | - | - | -
        FCN-VGG16 with SBD | 59.4 | - | - | - | - | -
    """,
    "cvpr2015-table2": """
        FCN-32s-fixed | 83.0 | 59.7 | 45.4 | 72.0
        FCN-32s | 89.1 | 73.3 | 59.4 | 81.4
        FCN-16s | 90.0 | 75.7 | 62.4 | 83.0
        FCN-8s | 90.3 | 75.9 | 62.7 | 83.2
    """,
    "cvpr2015-table3": """
        R-CNN | 47.9 | - | -
        SDS | 52.6 | 51.6 | ~50 s
        FCN-8s | 62.7 | 62.2 | ~175 ms
    """,
    "cvpr2015-table4": """
        Gupta et al. | 60.3 | - | 28.6 | 47.0
        FCN-32s RGB | 60.0 | 42.2 | 29.2 | 43.9
        FCN-32s RGBD | 61.5 | 42.4 | 30.5 | 45.5
        FCN-32s HHA | 57.1 | 35.2 | 24.2 | 40.4
        FCN-32s RGB-HHA | 64.3 | 44.9 | 32.8 | 48.0
        FCN-16s RGB-HHA | 65.4 | 46.1 | 34.0 | 49.5
    """,
    "cvpr2015-table5": OTHERS_ON_SIFTFLOW
    + """
        FCN-16s | 85.2 | 51.7 | 39.5 | 76.1 | 94.3
    """,
    "arxiv-appendix-a": """
        mean IU | 50.9 | 73.3 | 86.1 | 92.8 | 96.4 | 98.5
    """,
    "arxiv-appendix-b": """
        59 classes: O2P | - | - | 18.1 | -
        59 classes: CFM | - | - | 31.5 | -
        59 classes: FCN-32s | 63.8 | 42.7 | 31.8 | 48.3
        59 classes: FCN-16s | 65.7 | 46.2 | 34.8 | 50.7
        59 classes: FCN-8s | 65.9 | 46.5 | 35.1 | 51.0
        33 classes: O2P | - | - | 29.2 | -
        33 classes: CFM | - | - | 46.1 | -
        33 classes: FCN-32s | 69.8 | 65.1 | 50.4 | 54.9
        33 classes: FCN-16s | 71.8 | 68.0 | 53.4 | 57.5
        33 classes: FCN-8s | 71.8 | 67.6 | 53.5 | 57.7
    """,
    "pami2016-table1": """
        FCN-AlexNet | 39.8 | 16 ms | 8 | 57M | 355 | 32
        FCN-VGG16 | 56.0 | 100 ms | 16 | 134M | 404 | 32
        FCN-GoogLeNet | 42.5 | 20 ms | 22 | 6M | 907 | 32
    """,
    "pami2016-table2": """
        FCN-accum | 20 | 0.9 | 86.0 | 66.5 | 51.9 | 76.5
        FCN-online | 1 | 0.9 | 89.3 | 76.2 | 60.7 | 81.8
        FCN-heavy | 1 | 0.99 | 90.5 | 76.5 | 63.6 | 83.5
    """,
    "pami2016-table3": """
        FCN-32s | 90.5 | 76.5 | 63.6 | 83.5
        FCN-16s | 91.0 | 78.1 | 65.0 | 84.3
        FCN-8s at-once | 91.1 | 78.5 | 65.4 | 84.4
        FCN-8s staged | 91.2 | 77.6 | 65.5 | 84.5
        FCN-32s fixed | 82.9 | 64.6 | 46.6 | 72.3
        FCN-pool5 | 87.4 | 60.5 | 50.0 | 78.5
        FCN-pool4 | 78.7 | 31.7 | 22.4 | 67.0
        FCN-pool3 | 70.9 | 13.7 | 9.2 | 57.6
    """,
    "pami2016-table4": """
        R-CNN | 47.9 | - | -
        SDS | 52.6 | 51.6 | ~50 s
        FCN-8s | 67.5 | 67.2 | ~100 ms
    """,
    "pami2016-table5": """
        Gupta et al. | 60.3 | - | 28.6 | 47.0
        FCN-32s RGB | 61.8 | 44.7 | 31.6 | 46.0
        FCN-32s RGB-D | 62.1 | 44.8 | 31.7 | 46.3
        FCN-32s HHA | 58.3 | 35.7 | 25.2 | 41.7
        FCN-32s RGB-HHA | 65.3 | 44.0 | 33.3 | 48.6
    """,
    "pami2016-table6": OTHERS_ON_SIFTFLOW
    + """
        FCN-8s | 85.9 | 53.9 | 41.2 | 77.2 | 94.6
    """,
    "pami2016-table7": """
        59 classes: O2P | - | - | 18.1 | -
        59 classes: CFM | - | - | 34.4 | -
        59 classes: FCN-32s | 65.5 | 49.1 | 36.7 | 50.9
        59 classes: FCN-16s | 66.9 | 51.3 | 38.4 | 52.3
        59 classes: FCN-8s | 67.5 | 52.3 | 39.1 | 53.0
        33 classes: FCN-32s | 69.8 | 65.1 | 50.4 | 54.9
        33 classes: FCN-16s | 71.8 | 68.0 | 53.4 | 57.5
        33 classes: FCN-8s | 71.8 | 67.6 | 53.5 | 57.7
    """,
    "pami2016-table8": """
        Reference | keep/keep | keep/keep | 84.4
        Reference-FG | keep/keep | keep/mask | 81.0
        Reference-BG | keep/keep | mask/keep | 19.8
        FG-only | keep/mask | keep/mask | 76.1
        BG-only | mask/keep | mask/keep | 37.8
        Shape | mask/mask | mask/mask | 29.1
    """,
}
