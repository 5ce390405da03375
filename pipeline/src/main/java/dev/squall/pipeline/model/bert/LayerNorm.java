package dev.squall.pipeline.model.bert;

/** (x − mean) / √(variance + epsilon) · weight + bias for each row. */
record LayerNorm(float[] weight, float[] bias, float epsilon) {
  /**
   * @param x [rows][stride], replaced
   */
  void apply(float[] x, int stride, int rows) {
    int width = weight.length;
    for (int at = 0; at < rows * stride; at += stride) {
      double sum = 0;
      for (int i = 0; i < width; i++) {
        sum += x[at + i];
      }
      double mean = sum / width;
      double squares = 0;
      for (int i = 0; i < width; i++) {
        double difference = x[at + i] - mean;
        squares += difference * difference;
      }
      double factor = 1 / Math.sqrt(squares / width + epsilon);
      for (int i = 0; i < width; i++) {
        x[at + i] = (float) ((x[at + i] - mean) * factor) * weight[i] + bias[i];
      }
    }
  }
}
