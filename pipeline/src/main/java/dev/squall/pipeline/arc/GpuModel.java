package dev.squall.pipeline.arc;

/** Intel GPUs that bundles are compiled for, by the offline compiler's names. */
public enum GpuModel {
  DG2("dg2", "Arc A-series"),
  PVC("pvc", "Data Center GPU Max"),
  TGLLP("tgllp", "Iris Xe of 11th generation Core"),
  ADL_P("adl-p", "Iris Xe of 12th generation Core");

  private final String key;
  private final String description;

  GpuModel(String key, String description) {
    this.key = key;
    this.description = description;
  }

  public String key() {
    return key;
  }

  public String description() {
    return description;
  }
}
