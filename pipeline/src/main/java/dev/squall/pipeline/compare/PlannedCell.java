package dev.squall.pipeline.compare;

import java.util.Optional;

/**
 * A cell of the matrix before it is measured.
 *
 * @param skip why it will not be measured; empty if it will
 * @param basis what the prediction rests on: {@code profile}, {@code regression}, {@code history}
 * @param memoryBytes tensors and workspace; 0 if it is skipped
 */
public record PlannedCell(CellOrder order, Optional<String> skip, String basis, long memoryBytes) {
  public String key() {
    return order.name().key();
  }

  public String device() {
    return order.name().device();
  }

  /** Seconds that measuring takes if all is quiet. */
  public double leastSeconds() {
    return skip.isPresent() ? 0 : order.timing().leastSeconds(order.predictedSeconds());
  }

  /** Seconds that measuring takes if the times never settle. */
  public double mostSeconds() {
    return skip.isPresent() ? 0 : order.timing().mostSeconds(order.predictedSeconds());
  }
}
