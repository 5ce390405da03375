package dev.squall.pipeline.doctor;

import static dev.squall.pipeline.doctor.ObjectCheck.simpleName;

import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Calls of methods that are not on the class path: the JDK and the TornadoVM API. */
final class CallCheck implements Check {
  private static final String INTEGER = "java/lang/Integer";
  private static final String LONG = "java/lang/Long";
  private static final String FLOAT = "java/lang/Float";
  private static final String DOUBLE = "java/lang/Double";
  private static final String MATH = "java/lang/Math";
  private static final String ATOMICS = "java/util/concurrent/atomic/";
  private static final String QUANTIZATION = Api.ROOT + "utils/QuantizationUtils";

  /** Methods of the JDK by owner, name and, where that matters, descriptor. */
  private static final Map<Rule, Set<String>> JDK =
      Map.of(
          Rule.UNSIGNED_SHIFT,
          both("rotateLeft", "rotateRight", "signum"),
          Rule.UNSIGNED_COMPARE,
          both("compareUnsigned", "divideUnsigned", "remainderUnsigned"),
          Rule.NAN_TEST,
          of(Set.of(FLOAT, DOUBLE), "isNaN", "isInfinite", "isFinite"),
          Rule.BIT_CAST,
          Set.of(
              FLOAT + ".intBitsToFloat",
              FLOAT + ".floatToIntBits",
              FLOAT + ".floatToRawIntBits",
              FLOAT + ".float16ToFloat",
              FLOAT + ".floatToFloat16",
              FLOAT + ".compare",
              DOUBLE + ".longBitsToDouble",
              DOUBLE + ".doubleToLongBits",
              DOUBLE + ".doubleToRawLongBits",
              DOUBLE + ".compare"),
          Rule.FORBIDDEN_CALL,
          Set.of(
              MATH + ".abs(I)I",
              MATH + ".abs(J)J",
              MATH + ".round",
              MATH + ".multiplyHigh",
              MATH + ".floor",
              MATH + ".fma",
              MATH + ".random",
              INTEGER + ".compare",
              LONG + ".compare",
              INTEGER + ".reverse",
              LONG + ".reverse",
              INTEGER + ".reverseBytes",
              LONG + ".reverseBytes",
              INTEGER + ".highestOneBit",
              LONG + ".highestOneBit",
              INTEGER + ".numberOfLeadingZeros",
              INTEGER + ".numberOfTrailingZeros",
              LONG + ".numberOfLeadingZeros",
              LONG + ".numberOfTrailingZeros",
              "java/lang/System.nanoTime",
              "java/lang/System.currentTimeMillis",
              "java/lang/System.arraycopy"));

  /** What was seen to be right everywhere. */
  private static final Set<String> PROVEN =
      Set.of(
          INTEGER + ".intValue",
          INTEGER + ".valueOf",
          INTEGER + ".bitCount",
          MATH + ".min",
          MATH + ".max",
          MATH + ".addExact",
          MATH + ".floorMod",
          "java/lang/Enum.ordinal");

  private static final Set<String> ABSENT_ON_PTX = Set.of("atan", "atan2", "acos", "asin");
  private static final Pattern TENSOR =
      Pattern.compile("mma.*|swizzle(Load|Store).*|dp4a.*|matrixMultiply8x8|simdgroup.*");
  private static final Pattern CUDA_ALONE =
      Pattern.compile("mmaBF16|mmaLoad[AB]FP8|mmaFP8.*|asyncCopy.*");

  private final ClassPath classPath;

  CallCheck(ClassPath classPath) {
    this.classPath = classPath;
  }

  private static Set<String> both(String... names) {
    return of(Set.of(INTEGER, LONG), names);
  }

  private static Set<String> of(Set<String> owners, String... names) {
    Set<String> methods = new java.util.TreeSet<>();
    for (String owner : owners) {
      for (String name : names) {
        methods.add(owner + "." + name);
      }
    }
    return Set.copyOf(methods);
  }

  @Override
  public void examine(Analysis method, Report report) {
    Body body = method.body();
    for (int i = 0; i < body.instructions().size(); i++) {
      if (!method.reached(i)) {
        continue;
      }
      switch (body.instruction(i)) {
        case InvokeInstruction call -> call(call, i, method, report);
        case FieldInstruction field -> {
          if (field.owner().asInternalName().equals("java/lang/System")) {
            report.add(Rule.FORBIDDEN_CALL, body, i, "printing");
          }
        }
        default -> {
          // No call.
        }
      }
    }
  }

  private void call(InvokeInstruction call, int i, Analysis method, Report report) {
    Body body = method.body();
    String owner = call.owner().asInternalName();
    String name = call.name().stringValue();
    String text = simpleName(owner) + "." + name;
    if (Api.owns(owner)) {
      api(owner, call, i, body, report);
    } else if (owner.startsWith(ATOMICS)) {
      report.add(Rule.ATOMIC_INTEGER, body, i, text);
    } else if (owner.startsWith("java/lang/String")) {
      report.add(Rule.STRING, body, i, text);
    } else if (owner.startsWith("java/io/")) {
      report.add(Rule.FORBIDDEN_CALL, body, i, "printing");
    } else if (owner.equals(MATH) && name.equals("floorDiv")) {
      floorDiv(i, method, report);
    } else if (classPath.find(owner).isEmpty() && !name.equals("<init>")) {
      jdk(owner, call, i, body, report);
    }
  }

  private static void jdk(String owner, InvokeInstruction call, int i, Body body, Report report) {
    String name = call.name().stringValue();
    String method = owner + "." + name;
    String exact = method + call.type().stringValue();
    boolean known = false;
    for (Map.Entry<Rule, Set<String>> entry : JDK.entrySet()) {
      if (entry.getValue().contains(method) || entry.getValue().contains(exact)) {
        known = true;
        boolean folded = name.equals("floatToRawIntBits") && isStoredNext(body, i);
        if (!folded) {
          report.add(entry.getKey(), body, i, simpleName(owner) + "." + name);
        }
      }
    }
    boolean ordinal = name.equals("ordinal") && call.type().equalsString("()I");
    if (!known && !ordinal && !PROVEN.contains(method)) {
      report.add(Rule.UNPROVEN_CALL, body, i, simpleName(owner) + "." + name);
    }
  }

  /** The compiler folds this one cast into a store. */
  private static boolean isStoredNext(Body body, int i) {
    if (i + 1 == body.instructions().size()) {
      return false;
    }
    return switch (body.instruction(i + 1)) {
      case ArrayStoreInstruction store -> store.opcode() == Opcode.IASTORE;
      case InvokeInstruction call -> Api.writesElement(call);
      default -> false;
    };
  }

  private static void floorDiv(int i, Analysis method, Report report) {
    Frame before = method.before(i);
    if (ArithmeticCheck.correctsRounding(before.peek(1), before.peek(0))) {
      report.add(
          Rule.POWER_OF_TWO_DIVISION,
          method.body(),
          i,
          "Math.floorDiv of a number that may be negative by "
              + ArithmeticCheck.number(before.peek(0)));
    }
  }

  private static void api(String owner, InvokeInstruction call, int i, Body body, Report report) {
    String name = call.name().stringValue();
    String text = simpleName(owner) + "." + name;
    if (owner.equals(Api.MATH) && ABSENT_ON_PTX.contains(name)) {
      report.add(Rule.MISSING_MATHEMATICS, body, i, text);
    }
    if (owner.equals(Api.CONTEXT) || owner.equals(QUANTIZATION)) {
      if (name.equals("atomicAdd")) {
        boolean real = call.type().stringValue().matches(".*[FD]\\)V");
        report.add(real ? Rule.FLOAT_ATOMIC : Rule.ATOMIC, body, i, text);
      } else if (name.matches("simd(Sum|ShuffleDown|BroadcastFirst)")) {
        report.add(Rule.SUBGROUP, body, i, text);
      } else if (CUDA_ALONE.matcher(name).matches()) {
        report.add(Rule.CUDA_ONLY, body, i, text);
      } else if (TENSOR.matcher(name).matches()) {
        report.add(Rule.TENSOR_CORE, body, i, text);
      }
    }
    TypeCheck.examine(owner, body, body.line(i), report);
    TypeCheck.examine(call.type().stringValue(), body, body.line(i), report);
  }
}
