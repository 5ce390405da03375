package dev.squall.pipeline.model.gguf;

import java.util.Map;

/** What stands in front of the tensor data. */
record GgufHeader(Map<String, GgufValue> values, Map<String, GgufTensor> tensors) {}
