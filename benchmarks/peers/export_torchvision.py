# Writes a torchvision network as ONNX, with random weights that leave nothing at its neutral value (batch norm's
# statistics, scales, shifts and all biases), by one of PyTorch's two exporters. Used by imported_logits.py.
import argparse

import torch
import torchvision

# Side of the images: small, but large enough for the network's own strides.
SIZES = {"vgg11_bn": 224, "inception_v3": 299, "alexnet": 224}
ARGUMENTS = {"googlenet": {"aux_logits": False, "init_weights": False}, "inception_v3": {"aux_logits": False}}


def side_of(name):
    return SIZES.get(name, 64)


def network(name, classes):
    torch.manual_seed(1)
    made = getattr(torchvision.models, name)(weights=None, num_classes=classes, **ARGUMENTS.get(name, {}))
    for module in made.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.normal_(module.running_mean, 0, 0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
        for key, value in module.named_parameters(recurse=False):
            if key == "bias":
                torch.nn.init.normal_(value, 0, 0.1)
            elif value.dim() == 1 or key == "layer_scale":
                torch.nn.init.uniform_(value, 0.4, 0.9)
    return made.eval()


def export(made, file, dynamo, folded, side):
    """Keeps batch norm unless `folded`: the lines of docs/own-network.md."""
    images = torch.randn(2, 3, side, side)
    if dynamo:
        batch = ({0: torch.export.Dim("batch")},)
        torch.onnx.export(made, (images,), file, dynamo=True, optimize=folded, dynamic_shapes=batch, verbose=False)
        return
    torch.onnx.export(
        made, (images,), file, dynamo=False, do_constant_folding=folded,
        training=torch.onnx.TrainingMode.EVAL if folded else torch.onnx.TrainingMode.PRESERVE,
        input_names=["images"], dynamic_axes={"images": {0: "batch"}},
    )  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network")
    parser.add_argument("--out", required=True)
    parser.add_argument("--exporter", choices=["dynamo", "torchscript"], default="dynamo")
    parser.add_argument("--folded", action="store_true", help="as PyTorch does by itself")
    parser.add_argument("--classes", type=int, default=10)
    o = parser.parse_args()
    export(network(o.network, o.classes), o.out, o.exporter == "dynamo", o.folded, side_of(o.network))


if __name__ == "__main__":
    main()
