# Writes a network of Keras applications as ONNX, with random weights that leave nothing at its neutral value, by
# Keras' own export or by tf2onnx. Used by imported_logits.py.
import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import keras  # noqa: E402
import numpy as np  # noqa: E402

SIZES = {"InceptionV3": 96, "Xception": 96}


def network(name, classes):
    keras.utils.set_random_seed(1)
    side = SIZES.get(name, 64)
    made = getattr(keras.applications, name)(weights=None, classes=classes, input_shape=(side, side, 3))
    random = np.random.default_rng(1)
    for layer in made.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([random.uniform(0.5, 1.0, w.shape) if "var" in v.name or "gamma" in v.name
                               else random.normal(0, 0.1, w.shape)
                               for w, v in zip(layer.get_weights(), layer.weights)])  # fmt: skip
        elif getattr(layer, "bias", None) is not None:
            layer.bias.assign(random.normal(0, 0.1, layer.bias.shape))
    made(np.zeros((1, side, side, 3), np.float32))  # Keras exports a model that has been called
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network")
    parser.add_argument("--out", required=True)
    parser.add_argument("--exporter", choices=["keras", "tf2onnx"], default="keras")
    parser.add_argument("--classes", type=int, default=10)
    o = parser.parse_args()
    made = network(o.network, o.classes)
    if o.exporter == "keras":
        made.export(o.out, format="onnx", verbose=False)
        return
    import tensorflow as tf
    import tf2onnx

    made.output_names = ["logits"]
    function = tf.function(lambda x: made(x, training=False))
    signature = [tf.TensorSpec((None, *made.input_shape[1:]), tf.float32, name="images")]
    tf2onnx.convert.from_function(function, input_signature=signature, opset=15, output_path=o.out)


if __name__ == "__main__":
    main()
