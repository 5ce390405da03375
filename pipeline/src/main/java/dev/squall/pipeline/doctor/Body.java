package dev.squall.pipeline.doctor;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.attribute.SourceFileAttribute;
import java.lang.classfile.instruction.LineNumber;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The instructions of a method, numbered from 0, with their lines. */
final class Body {
  private final MethodKey key;
  private final ClassModel owner;
  private final MethodModel method;
  private final CodeAttribute code;
  private final List<Instruction> instructions = new ArrayList<>();
  private final List<Integer> lines = new ArrayList<>();
  private final Map<Integer, Integer> indexByOffset = new HashMap<>();
  private final List<Integer> offsets = new ArrayList<>();

  private Body(ClassModel owner, MethodModel method, CodeAttribute code) {
    this.key = MethodKey.of(owner, method);
    this.owner = owner;
    this.method = method;
    this.code = code;
    int offset = 0;
    int line = 0;
    for (CodeElement element : code) {
      if (element instanceof LineNumber number) {
        line = number.line();
      } else if (element instanceof Instruction instruction) {
        indexByOffset.put(offset, instructions.size());
        offsets.add(offset);
        instructions.add(instruction);
        lines.add(line);
        offset += instruction.sizeInBytes();
      }
    }
    indexByOffset.put(offset, instructions.size());
    offsets.add(offset);
  }

  /** Empty for methods without code. */
  static Optional<Body> of(ClassPath.Found found) {
    return found
        .method()
        .findAttribute(Attributes.code())
        .map(code -> new Body(found.owner(), found.method(), code));
  }

  MethodKey key() {
    return key;
  }

  ClassModel owner() {
    return owner;
  }

  MethodModel method() {
    return method;
  }

  CodeAttribute code() {
    return code;
  }

  List<Instruction> instructions() {
    return instructions;
  }

  Instruction instruction(int index) {
    return instructions.get(index);
  }

  int line(int index) {
    return lines.get(Math.min(index, lines.size() - 1));
  }

  /** The first line of the method. */
  int firstLine() {
    return lines.isEmpty() ? 0 : lines.getFirst();
  }

  /** The index of the instruction at a label; one beyond the last for the end of the code. */
  int index(Label label) {
    return indexByOffset.get(code.labelToBci(label));
  }

  /** The file below its source root: the package's folder and the name in the class file. */
  String file() {
    return file(owner);
  }

  static String file(ClassModel owner) {
    String name = owner.thisClass().asInternalName();
    String folder = name.substring(0, name.lastIndexOf('/') + 1);
    return owner
        .findAttribute(Attributes.sourceFile())
        .map(SourceFileAttribute::sourceFile)
        .map(file -> folder + file.stringValue())
        .orElse(name);
  }
}
