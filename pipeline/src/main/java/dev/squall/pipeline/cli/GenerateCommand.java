package dev.squall.pipeline.cli;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.model.attention.PrefillAttention;
import dev.squall.pipeline.model.decoder.DecodeKeys;
import dev.squall.pipeline.model.decoder.DecodeMethods;
import dev.squall.pipeline.model.decoder.Decoder;
import dev.squall.pipeline.model.decoder.Generation;
import dev.squall.pipeline.model.decoder.Sampler;
import dev.squall.pipeline.model.tokenizer.Utf8Text;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Continues a text. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = {
      "Continue a text with a model: the prompt attends by any method, the tokens behind it over"
          + " cached keys and values, all of them or those that a method of decoding picks.",
      ""
    })
final class GenerateCommand implements Callable<Integer> {
  @Mixin private ModelArguments arguments;

  @ArgGroup(multiplicity = "1")
  private Prompt prompt;

  private static final class Prompt {
    @Option(names = "--prompt", paramLabel = "TEXT", description = "The text to continue.")
    private String words;

    @Option(names = "--text", paramLabel = "FILE", description = "A UTF-8 file to continue.")
    private Path file;

    private String read() {
      return words != null ? words : Utf8Text.read(file, 0);
    }
  }

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "Generate at most so many tokens (${DEFAULT-VALUE}).")
  private int tokens = 64;

  @Option(
      names = "--temperature",
      description = "0: always the likeliest token; else by chance (${DEFAULT-VALUE}).")
  private double temperature = 0;

  @Option(names = "--seed", description = "Seed of the chance (${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--controls",
      description = "Recognise control tokens such as <|im_start|> in the prompt.")
  private boolean controls;

  @Option(
      names = "--decode",
      paramLabel = "METHOD",
      description =
          "Which cached keys a generated token sees: dense, quest, snapkv, ada-snapkv"
              + " (${DEFAULT-VALUE}).")
  private String decode = "dense";

  @Option(
      names = "--budget",
      paramLabel = "N",
      description =
          "Tokens that the method of decoding keeps: quest for each new token, snapkv and"
              + " ada-snapkv of the prompt (1024). From the number of tokens on it is dense.")
  private String budget;

  @Option(
      names = "--decode-param",
      paramLabel = "NAME=VALUE",
      description =
          "Further parameters of the method of decoding, as the kernels frontier.quest, .snapkv and"
              + " .ada_snapkv have them.")
  private Map<String, String> decodeParameters = new LinkedHashMap<>();

  @Option(names = "--timing", description = "Report tokens/s on stderr.")
  private boolean timing;

  @Override
  public Integer call() {
    Ranges.requirePositive("--tokens", tokens);
    if (!(temperature >= 0) || Double.isInfinite(temperature)) {
      throw SquallException.invalidInput(
          "--temperature = " + temperature + ": expected 0 or a number above it");
    }
    if (budget != null) {
      decodeParameters.put(DecodeMethods.BUDGET, budget);
    }
    DecodeKeys keys = DecodeMethods.method(decode, decodeParameters);
    try (Progress progress = new Progress(false)) {
      progress.show("reading the model");
      Decoder decoder = arguments.decoder();
      String text = prompt.read();
      int[] ids = decoder.tokenizer().encode(text, controls, decoder.shape().context() + 1);
      PrefillAttention attention = arguments.attention(decoder, ids);
      progress.show("reading the prompt, %d tokens".formatted(ids.length));
      boolean[] first = {true};
      Generation generation =
          Generation.run(
              decoder,
              ids,
              attention,
              keys,
              Sampler.withTemperature(temperature, seed),
              tokens,
              token -> {
                if (first[0]) {
                  progress.clear();
                  first[0] = false;
                }
                System.out.writeBytes(decoder.tokenizer().bytes(token));
                System.out.flush();
                return true;
              },
              HostThreads.all());
      System.out.println();
      if (timing) {
        System.err.println(timing(generation));
      }
    } catch (OutOfMemoryError e) {
      throw new SquallException(
          ErrorClass.OUT_OF_MEMORY,
          "the prompt needs more memory than the JVM has (%s)".formatted(e.getMessage()),
          e);
    }
    return ExitCodes.GOOD;
  }

  private static String timing(Generation generation) {
    return String.format(
        Locale.ROOT,
        "squall: %d prompt tokens at %.1f tokens/s, %d generated at %.1f tokens/s",
        generation.prefill().tokens(),
        generation.prefill().tokensPerSecond(),
        generation.tokens(),
        generation.tokensPerSecond());
  }
}
