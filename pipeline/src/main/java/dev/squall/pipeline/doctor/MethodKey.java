package dev.squall.pipeline.doctor;

import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;

/** A method by owner (internal name), name and descriptor. */
record MethodKey(String owner, String name, String descriptor) {
  static MethodKey of(ClassModel owner, MethodModel method) {
    return new MethodKey(
        owner.thisClass().asInternalName(),
        method.methodName().stringValue(),
        method.methodType().stringValue());
  }

  String className() {
    return owner.replace('/', '.');
  }

  /** Class without package, and method. */
  @Override
  public String toString() {
    return owner.substring(owner.lastIndexOf('/') + 1) + "." + name;
  }
}
