package dev.squall.pipeline.bundle;

import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A hash of the Java source that a kernel is made of: the tokens of its class and of every class of
 * the same source folders that these tokens name, from there on likewise. Comments and layout do
 * not count, nor does the compiler; constants that a compiler copies into the kernel do.
 */
public final class SourceHash {
  private static final Pattern TOKEN =
      Pattern.compile(
          "\"\"\"(?s:.*?)\"\"\"|\"(?:\\\\.|[^\"\\\\])*\"|'(?:\\\\.|[^'\\\\])+'"
              + "|//[^\\n]*|(?s:/\\*.*?\\*/)|[\\p{L}_$][\\p{L}\\p{N}_$]*|[0-9][\\w.]*|\\S");
  private static final Pattern PACKAGE = Pattern.compile("(?m)^package ([\\w.]+);");
  private static final Pattern IMPORT = Pattern.compile("(?m)^import (?:static )?([\\w.]+);");

  private final List<Path> sourceFolders;
  private final Map<String, Optional<Source>> sources = new HashMap<>();
  private final Map<String, Set<String>> packages = new HashMap<>();

  /**
   * @param sourceFolders roots of Java sources, for example {@code tornado-kernels/src/main/java}
   */
  public SourceHash(List<Path> sourceFolders) {
    this.sourceFolders = List.copyOf(sourceFolders);
  }

  /** The source folders of a checkout. */
  public static SourceHash ofCheckout(Path home) {
    return new SourceHash(List.of(home.resolve("tornado-kernels/src/main/java")));
  }

  private record Source(String tokens, Set<String> named) {}

  /**
   * The hash of a class's source.
   *
   * @param className with its package
   * @return empty if no source folder holds the class
   */
  public Optional<String> of(String className) {
    if (source(className).isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> tokens = new TreeMap<>();
    Deque<String> open = new ArrayDeque<>(List.of(className));
    while (!open.isEmpty()) {
      String next = open.pop();
      if (!tokens.containsKey(next)) {
        source(next)
            .ifPresent(
                source -> {
                  tokens.put(next, source.tokens());
                  open.addAll(source.named());
                });
      }
    }
    return Optional.of(digest(tokens.values()));
  }

  private Optional<Source> source(String className) {
    return sources.computeIfAbsent(className, this::read);
  }

  private Optional<Source> read(String className) {
    for (Path folder : sourceFolders) {
      Path file = folder.resolve(className.replace('.', '/') + ".java");
      if (Files.isRegularFile(file)) {
        try {
          return Optional.of(parse(Files.readString(file)));
        } catch (IOException e) {
          throw SquallException.invalidInput("cannot read " + file + ": " + e.getMessage());
        }
      }
    }
    return Optional.empty();
  }

  private Source parse(String text) {
    StringBuilder tokens = new StringBuilder();
    Set<String> words = new LinkedHashSet<>();
    Matcher matcher = TOKEN.matcher(text);
    while (matcher.find()) {
      String token = matcher.group();
      if (!token.startsWith("//") && !token.startsWith("/*")) {
        tokens.append(token).append('\n');
        words.add(token);
      }
    }
    Matcher declared = PACKAGE.matcher(text);
    Set<String> named = new LinkedHashSet<>();
    if (declared.find()) {
      for (String neighbour : packages.computeIfAbsent(declared.group(1), this::classesIn)) {
        if (words.contains(neighbour.substring(neighbour.lastIndexOf('.') + 1))) {
          named.add(neighbour);
        }
      }
    }
    // An import names a class, or a class's member; what is no source of ours ends there.
    Matcher imports = IMPORT.matcher(text);
    while (imports.find()) {
      String name = imports.group(1);
      named.add(name);
      named.add(name.substring(0, name.lastIndexOf('.')));
    }
    return new Source(tokens.toString(), named);
  }

  private Set<String> classesIn(String packageName) {
    Set<String> classes = new LinkedHashSet<>();
    for (Path folder : sourceFolders) {
      Path directory = folder.resolve(packageName.replace('.', '/'));
      if (Files.isDirectory(directory)) {
        try (Stream<Path> files = Files.list(directory)) {
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".java"))
              .sorted()
              .forEach(name -> classes.add(packageName + "." + name.replace(".java", "")));
        } catch (IOException e) {
          throw SquallException.invalidInput("cannot list " + directory + ": " + e.getMessage());
        }
      }
    }
    return classes;
  }

  private static String digest(Iterable<String> texts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      texts.forEach(text -> digest.update(text.getBytes(StandardCharsets.UTF_8)));
      return HexFormat.of().formatHex(digest.digest()).substring(0, 32);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
