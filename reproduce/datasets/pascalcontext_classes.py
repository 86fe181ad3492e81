"""Names of PASCAL-Context: the 60 classes that the nets score, and the list of the 33-class task.

Source  CLASSES, RAW_NAMES: shelhamer/fcn.berkeleyvision.org@1305c73,
        data/pascal-context/classes-59.txt, pascalcontext_layers.py
        LISTS: http://www.cs.stanford.edu/~roozbeh/pascal-context/33_labels.txt, as in
        vietjtnguyen/pascal-regions-website@2a73268, whose MD5 is the one that
        kbardool/tf-image-segmentation@b822c54 holds the file to
"""

CLASSES = (
    "background",
    "aeroplane",
    "bicycle",
    "bird",
    "boat",
    "bottle",
    "bus",
    "car",
    "cat",
    "chair",
    "cow",
    "diningtable",
    "dog",
    "horse",
    "motorbike",
    "person",
    "pottedplant",
    "sheep",
    "sofa",
    "train",
    "tvmonitor",
    "bag",
    "bed",
    "bench",
    "book",
    "building",
    "cabinet",
    "ceiling",
    "clothes",
    "computer",
    "cup",
    "door",
    "fence",
    "floor",
    "flower",
    "food",
    "grass",
    "ground",
    "keyboard",
    "light",
    "mountain",
    "mouse",
    "curtain",
    "platform",
    "sign",
    "plate",
    "road",
    "rock",
    "shelves",
    "sidewalk",
    "sky",
    "snow",
    "bedcloth",
    "track",
    "tree",
    "truck",
    "wall",
    "water",
    "window",
    "wood",
)

# The names under which labels.txt has the classes that it names in another way.
RAW_NAMES = {"diningtable": "table", "bedcloth": "bedclothes", "clothes": "cloth"}

# Smaller tasks on the same labels: the 20 classes of VOC, and 13 of the surround.
LISTS = {
    "33": (
        *CLASSES[1:21],
        "sky",
        "grass",
        "ground",
        "road",
        "building",
        "tree",
        "water",
        "mountain",
        "wall",
        "floor",
        "track",
        "keyboard",
        "ceiling",
    )
}
