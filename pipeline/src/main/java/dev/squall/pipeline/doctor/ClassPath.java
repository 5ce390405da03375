package dev.squall.pipeline.doctor;

import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** The classes to examine, by internal name, as parsed class files. */
final class ClassPath {
  private final Map<String, ClassModel> classes = new TreeMap<>();

  private ClassPath() {}

  /**
   * @param places folders and jars; the first that has a class wins
   * @throws SquallException INVALID_INPUT for what is neither, holds no class or a damaged one
   */
  static ClassPath of(List<Path> places) {
    ClassPath path = new ClassPath();
    for (Path place : places) {
      int before = path.classes.size();
      try {
        if (Files.isDirectory(place)) {
          path.addFolder(place);
        } else if (Files.isRegularFile(place)) {
          path.addJar(place);
        } else {
          throw SquallException.invalidInput("no folder or jar at " + place);
        }
      } catch (IOException e) {
        throw SquallException.invalidInput("cannot read %s: %s".formatted(place, e.getMessage()));
      }
      if (path.classes.size() == before) {
        throw SquallException.invalidInput("no class files in " + place + "; compile it first");
      }
    }
    return path;
  }

  /** Classes from memory. */
  static ClassPath ofBytes(Collection<byte[]> files) {
    ClassPath path = new ClassPath();
    files.forEach(bytes -> path.add(bytes, "memory"));
    return path;
  }

  private void addFolder(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(file -> file.toString().endsWith(".class")).sorted().toList();
    }
    for (Path file : files) {
      if (!file.endsWith("module-info.class")) {
        add(Files.readAllBytes(file), file.toString());
      }
    }
  }

  private void addJar(Path file) throws IOException {
    try (JarFile jar = new JarFile(file.toFile())) {
      for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
        String name = entry.getName();
        boolean code = name.endsWith(".class") && !name.endsWith("module-info.class");
        // Classes for other releases are variants of those outside.
        if (code && !name.startsWith("META-INF/")) {
          add(jar.getInputStream(entry).readAllBytes(), file + "!" + name);
        }
      }
    }
  }

  private void add(byte[] bytes, String where) {
    try {
      ClassModel model = ClassFile.of().parse(bytes);
      classes.putIfAbsent(model.thisClass().asInternalName(), model);
    } catch (IllegalArgumentException e) {
      throw SquallException.invalidInput(
          "%s is no class file that Java %s can read: %s"
              .formatted(where, Runtime.version().feature(), e.getMessage()));
    }
  }

  Collection<ClassModel> classes() {
    return classes.values();
  }

  Optional<ClassModel> find(String internalName) {
    return Optional.ofNullable(classes.get(internalName));
  }

  /** The method that a call of {@code key} means: its owner's or the nearest inherited one. */
  Optional<Found> method(MethodKey key) {
    String owner = key.owner();
    while (owner != null && classes.containsKey(owner)) {
      ClassModel type = classes.get(owner);
      for (MethodModel method : type.methods()) {
        if (method.methodName().equalsString(key.name())
            && method.methodType().equalsString(key.descriptor())) {
          return Optional.of(new Found(type, method));
        }
      }
      owner = type.superclass().map(parent -> parent.asInternalName()).orElse(null);
    }
    return Optional.empty();
  }

  /** A method and the class that has it. */
  record Found(ClassModel owner, MethodModel method) {
    MethodKey key() {
      return MethodKey.of(owner, method);
    }
  }
}
