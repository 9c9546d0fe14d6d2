"""The zoo's entries that PyTorch's exporters do not write. It imports nothing; the scripts share it."""

# Keras application: image size, whether the file ends in a softmax, opset (zoo_keras.py)
KERAS = {
    "MobileNetV2": (96, True, 15),
    "EfficientNetB0": (128, False, 15),
    "DenseNet121": (96, False, 13),
    "InceptionV3": (128, True, 18),
}

# (name, opset) of zoo_old.py
OLD = [("old_inception", 7), ("old_upsample", 8), ("old_upsample", 9)]

SCRIPTS = {"tf2onnx": "zoo_keras.py", "onnx.helper": "zoo_old.py"}


def rows():
    """(name, exporter, opset)"""
    keras = [(name, "tf2onnx", opset) for name, (_, _, opset) in KERAS.items()]
    return keras + [(name, "onnx.helper", opset) for name, opset in OLD]
