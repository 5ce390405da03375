package dev.squall.pipeline.doctor;

import java.util.List;

/**
 * What the doctor saw.
 *
 * @param kernels the kernels found, as {@code org.example.Kernels.scale}, in order
 * @param findings by place
 */
public record Diagnosis(List<String> kernels, List<Finding> findings) {
  public Diagnosis {
    kernels = List.copyOf(kernels);
    findings = List.copyOf(findings);
  }
}
