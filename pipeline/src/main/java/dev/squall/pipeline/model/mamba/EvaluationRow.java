package dev.squall.pipeline.model.mamba;

/**
 * How a model fares on a text.
 *
 * @param name of its file, else empty
 * @param device that the kernels ran on
 * @param settings null for single precision
 * @param calibration what its scales come from
 * @param agreement share of bytes with the label of single precision
 * @param worstAgreement the same over the bytes of the type that suffers most
 * @param worstType that type
 * @param logitError root of the mean square difference of logits
 * @param logitSpread standard deviation of the logits in single precision
 * @param outlierShare share of channels that were listed as outliers
 * @param bytes that its tensors take
 * @param milliseconds median time of all windows of the text
 */
public record EvaluationRow(
    String name,
    String device,
    QuantSettings settings,
    String calibration,
    double agreement,
    double worstAgreement,
    String worstType,
    double logitError,
    double logitSpread,
    double outlierShare,
    long bytes,
    double milliseconds) {}
