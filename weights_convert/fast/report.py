"""What folding does to a net, in words."""

from ..grid import grid
from ..net import CaffeNet
from .compiled import Operation
from .plan import Step
from .route import Route

PLAIN = "plain"


def report(net: CaffeNet, mode: str, route: Route) -> str:
    """A line on the whole, and a table of the layers: borders, stored sizes and who computes."""
    plan = route.plan
    share = plan.folded / plan.plain if plan.plain else 1.0
    strips = {index: group for group in route.groups if len(group) > 1 for index in group}
    rows = [
        _row(operation, step, shapes, strips.get(index))
        for index, (operation, step, shapes) in enumerate(
            zip(route.operations, plan.steps, plan.tops, strict=True)
        )
    ]
    line = f"{net.graph.name}: mode {mode}, {share:.1%} of the convolutions' multiplications"
    return f"{line}\n\n{grid(rows)}"


def _row(operation: Operation, step: Step, shapes: list, strip: range | None) -> dict[str, str]:
    full = shapes[0][2:] if shapes and len(shapes[0]) == 4 else ()
    border = "; ".join(f"{a} + {b}" for a, b in step.border) if step.border else ""
    return {
        "layer": operation.layer.name,
        "by": operation.name if operation.name != PLAIN else operation.layer.type,
        "border": border,
        "top": " x ".join(map(str, full)),
        "stored": " x ".join(map(str, step.kept.stored)) if step.kept else "",
        "strips": f"with {len(strip)} layers" if strip else "",
    }
