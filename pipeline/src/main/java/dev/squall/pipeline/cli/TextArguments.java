package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.model.decoder.Decoder;
import dev.squall.pipeline.model.tokenizer.Utf8Text;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which text runs through a model; shared by the commands that read one whole. */
final class TextArguments {
  @Option(names = "--text", paramLabel = "FILE", description = "A UTF-8 text.")
  private Path text;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "Take the first N tokens, the one that begins a text included; default: all.")
  private Optional<Integer> tokens = Optional.empty();

  @Option(
      names = "--skip-characters",
      paramLabel = "N",
      description = "Begin at this character of the text (${DEFAULT-VALUE}).")
  private int skipped = 0;

  void check() {
    if (text == null) {
      throw SquallException.invalidInput("missing option --text FILE");
    }
    checkExtent();
  }

  /** All but the file, of which there may be many. */
  void checkExtent() {
    Ranges.requireNotNegative("--skip-characters", skipped);
    if (tokens.isPresent()) {
      Ranges.requirePositive("--tokens", tokens.get());
    }
  }

  Path text() {
    return text;
  }

  int skipped() {
    return skipped;
  }

  /** The tokens of the text. */
  int[] ids(Decoder decoder) {
    return ids(decoder, text);
  }

  /** The tokens of another text, of which as much is taken. */
  int[] ids(Decoder decoder, Path file) {
    return ids(decoder, Utf8Text.read(file, skipped), file);
  }

  /** The tokens of {@code words}, which stand in for the file's. */
  int[] ids(Decoder decoder, String words) {
    return ids(decoder, words, text);
  }

  private int[] ids(Decoder decoder, String words, Path file) {
    // One more than the context tells that a text is too long.
    int most = tokens.orElse(decoder.shape().context() + 1);
    int[] ids = decoder.tokenizer().encode(words, false, most);
    if (tokens.isPresent() && ids.length < tokens.get()) {
      throw SquallException.invalidInput(
          "--tokens %d: %s has %d tokens from character %d on"
              .formatted(tokens.get(), file, ids.length, skipped));
    }
    if (tokens.isEmpty() && ids.length == most) {
      throw SquallException.invalidInput(
          "%s has more than the %d tokens of the model's context; take fewer (--tokens)"
              .formatted(file, decoder.shape().context()));
    }
    return ids;
  }
}
