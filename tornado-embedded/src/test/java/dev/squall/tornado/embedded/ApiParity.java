package dev.squall.tornado.embedded;

import java.lang.classfile.AccessFlags;
import java.lang.classfile.Annotation;
import java.lang.classfile.AttributedElement;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Compares compiled classes: every public or protected member of the subset must exist in the
 * original, so that code compiled against the one links against the other.
 */
final class ApiParity {
  private static final Set<AccessFlag> KIND =
      Set.of(AccessFlag.INTERFACE, AccessFlag.ANNOTATION, AccessFlag.ENUM, AccessFlag.ABSTRACT);

  private final Function<String, Optional<ClassModel>> subset;
  private final Function<String, Optional<ClassModel>> original;

  /** Takes two class finders, by internal name ({@code java/lang/Object}). */
  ApiParity(
      Function<String, Optional<ClassModel>> subset,
      Function<String, Optional<ClassModel>> original) {
    this.subset = subset;
    this.original = original;
  }

  /** Returns what links differently, one line each; empty if all is well. */
  List<String> differences(String name) {
    ClassModel ours = subset.apply(name).orElseThrow();
    if (!reachable(name, ours)) {
      return List.of();
    }
    Optional<ClassModel> theirs = original.apply(name);
    if (theirs.isEmpty()) {
      return List.of(name + " does not exist in the original");
    }
    List<String> differences = new ArrayList<>();
    if (!kind(ours).equals(kind(theirs.get()))) {
      differences.add(name + " is " + kind(ours) + ", originally " + kind(theirs.get()));
    }
    Map<String, String> theirMembers = members(theirs.get(), original);
    members(ours, subset)
        .forEach(
            (member, details) -> {
              if (!details.equals(theirMembers.get(member))) {
                differences.add(
                    "%s.%s is %s, originally %s"
                        .formatted(name, member, details, theirMembers.get(member)));
              }
            });
    return differences;
  }

  /** Kind of class, its superclass if that is an exception, and for annotations where they go. */
  private static String kind(ClassModel type) {
    String kind = flags(type.flags(), KIND);
    String superclass = type.superclass().map(ClassEntry::asInternalName).orElse("none");
    if (superclass.endsWith("Exception")) {
      kind += " extends " + superclass;
    }
    return type.flags().has(AccessFlag.ANNOTATION) ? kind + annotations(type) : kind;
  }

  private static String annotations(AttributedElement element) {
    return element
        .findAttribute(Attributes.runtimeVisibleAnnotations())
        .map(
            attribute ->
                attribute.annotations().stream()
                    .map(Annotation::toString)
                    .sorted()
                    .collect(Collectors.joining(" ", " ", "")))
        .orElse("");
  }

  /** Visible members by name and descriptor, with all else that a caller depends on. */
  private static Map<String, String> members(
      ClassModel type, Function<String, Optional<ClassModel>> finder) {
    Map<String, String> members = new TreeMap<>();
    for (ClassEntry inherited : supertypes(type)) {
      finder
          .apply(inherited.asInternalName())
          .ifPresent(model -> members.putAll(members(model, finder)));
    }
    members.keySet().removeIf(member -> member.startsWith("<init>"));
    for (FieldModel field : type.fields()) {
      if (visible(field.flags())) {
        members.put(field.fieldName().stringValue() + " " + field.fieldType(), describe(field));
      }
    }
    for (MethodModel method : type.methods()) {
      if (visible(method.flags())) {
        members.put(method.methodName().stringValue() + method.methodType(), describe(method));
      }
    }
    return members;
  }

  private static List<ClassEntry> supertypes(ClassModel type) {
    List<ClassEntry> supertypes = new ArrayList<>(type.interfaces());
    type.superclass().ifPresent(supertypes::add);
    return supertypes;
  }

  private static String describe(FieldModel field) {
    String constant =
        field
            .findAttribute(Attributes.constantValue())
            .map(value -> " = " + value.constant().constantValue())
            .orElse("");
    return flags(field.flags(), Set.of(AccessFlag.PUBLIC, AccessFlag.STATIC, AccessFlag.FINAL))
        + constant;
  }

  private static String describe(MethodModel method) {
    String exceptions =
        method
            .findAttribute(Attributes.exceptions())
            .map(
                attribute ->
                    attribute.exceptions().stream()
                        .map(ClassEntry::asInternalName)
                        .sorted()
                        .collect(Collectors.joining(", ", " throws ", "")))
            .orElse("");
    return flags(method.flags(), Set.of(AccessFlag.PUBLIC, AccessFlag.STATIC, AccessFlag.VARARGS))
        + exceptions;
  }

  /** Whether other packages can name the class: it and all classes around it are public. */
  private boolean reachable(String name, ClassModel type) {
    int nested = name.lastIndexOf('$');
    if (nested >= 0) {
      String outer = name.substring(0, nested);
      if (!reachable(outer, subset.apply(outer).orElseThrow())) {
        return false;
      }
    }
    return visible(type.flags());
  }

  private static boolean visible(AccessFlags flags) {
    return flags.has(AccessFlag.PUBLIC) || flags.has(AccessFlag.PROTECTED);
  }

  private static String flags(AccessFlags flags, Set<AccessFlag> of) {
    return flags.flags().stream()
        .filter(of::contains)
        .map(flag -> flag.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.toCollection(TreeSet::new))
        .toString();
  }
}
