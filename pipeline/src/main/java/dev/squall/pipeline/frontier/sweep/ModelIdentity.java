package dev.squall.pipeline.frontier.sweep;

import dev.squall.kernels.frontier.formulas.Transformer;
import dev.squall.pipeline.frontier.task.Task;
import dev.squall.pipeline.io.MappedFile;
import dev.squall.pipeline.model.decoder.Decoder;
import dev.squall.pipeline.model.decoder.DecoderShape;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What a sweep's file says of the model and the text, so that no other one goes on with it. */
public final class ModelIdentity {
  private static final long PIECE = 1 << 28;

  private ModelIdentity() {}

  /**
   * @param name as users name the model
   * @param text whose perplexity is taken; null if it is made up
   */
  public static Experiment experiment(
      String name,
      Path file,
      Decoder decoder,
      String squall,
      long seed,
      String text,
      int decodedTokens) {
    return new Experiment(
        Experiment.FORMAT,
        Task.VERSION,
        squall,
        transformer(name, decoder),
        sha256(MappedFile.map(file)),
        seed,
        text == null ? null : sha256(MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8))),
        decodedTokens);
  }

  /** The extents that costs follow from. */
  public static Transformer transformer(String name, Decoder decoder) {
    DecoderShape shape = decoder.shape();
    return new Transformer(
        name,
        shape.layers(),
        shape.width(),
        shape.heads(),
        shape.keyHeads(),
        shape.headSize(),
        shape.hidden(),
        shape.vocabulary(),
        decoder.parameters());
  }

  private static String sha256(MemorySegment bytes) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    for (long at = 0; at < bytes.byteSize(); at += PIECE) {
      digest.update(bytes.asSlice(at, Math.min(PIECE, bytes.byteSize() - at)).asByteBuffer());
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
