package dev.squall.pipeline.model.mamba;

import java.util.List;

/** The content types that typeseg knows, in the order of its outputs. */
public final class ContentTypes {
  public static final List<String> NAMES =
      List.of(
          "php",
          "csharp",
          "javascript_typescript",
          "go",
          "sql",
          "rust",
          "yaml",
          "ruby",
          "python",
          "java",
          "c_family",
          "json",
          "css",
          "html",
          "text",
          "csv",
          "shell",
          "powershell",
          "visual_basic",
          "dockerfile",
          "dart",
          "gettext_catalog",
          "kotlin",
          "markdown",
          "restructuredtext",
          "scala",
          "swift",
          "tex",
          "xml",
          "svg",
          "encoding_hex",
          "encoding_base64",
          "encoding_base32",
          "encoding_base58",
          "encoding_base85");

  private ContentTypes() {}
}
