package dev.squall.pipeline.doctor;

import static dev.squall.pipeline.doctor.Backend.CUDA;
import static dev.squall.pipeline.doctor.Backend.FPGA;
import static dev.squall.pipeline.doctor.Backend.OPENCL;
import static dev.squall.pipeline.doctor.Backend.PTX;
import static dev.squall.pipeline.doctor.Backend.SPIRV;
import static dev.squall.pipeline.doctor.Consequence.CRASH;
import static dev.squall.pipeline.doctor.Consequence.DRIVER_ERROR;
import static dev.squall.pipeline.doctor.Consequence.HANG;
import static dev.squall.pipeline.doctor.Consequence.REJECTED;
import static dev.squall.pipeline.doctor.Consequence.UNPROVEN;
import static dev.squall.pipeline.doctor.Consequence.WRONG_RESULT;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * Every construct that the doctor knows, for TornadoVM 5.2.0: what becomes of it, on which back
 * ends, and what to write instead.
 */
public enum Rule {
  // Arithmetic.
  UNSIGNED_SHIFT(
      WRONG_RESULT,
      Backends.WITHOUT_SPIRV,
      ">>> is compiled to >>, which differs for negative numbers",
      "(x >> k) & mask, or a dividend that is plainly never negative"),
  SIGNED_SHIFT(
      WRONG_RESULT,
      EnumSet.of(PTX),
      ">> is compiled to a shift that fills with zeros, which differs for negative numbers",
      "mask what was shifted out, (x >> k) & mask, and restore the sign: for four bits (x ^ 8) - 8"),
  POWER_OF_TWO_DIVISION(
      WRONG_RESULT,
      Backends.WITHOUT_SPIRV,
      "a negative number divided by a power of two is rounded wrongly: the compiler's own"
          + " correction uses >>>",
      "x >> k if x is never negative, else divide by a number that is read from an array"),
  UNSIGNED_COMPARE(
      WRONG_RESULT,
      Backends.C_LIKE,
      "an unsigned comparison or division is compiled to a signed one",
      "(x ^ MIN_VALUE) < (y ^ MIN_VALUE)"),
  OVERFLOW(
      WRONG_RESULT,
      Backends.C_LIKE,
      "an int product that may overflow is shifted, compared or widened: C compilers assume that"
          + " it does not",
      "multiply as long"),
  UNCLAMPED_CAST(
      WRONG_RESULT,
      EnumSet.of(OPENCL, SPIRV, FPGA),
      "a floating-point number of any size is cast to an integer: Java saturates, devices do not",
      "clamp it with TornadoMath.min and max before the cast"),
  NAN_TEST(
      WRONG_RESULT,
      Backends.C_LIKE,
      "a test for NaN or infinity: device compilers assume that there are none",
      "keep NaN out of the data, or carry a flag of 0 or 1"),

  // Control flow.
  SHARED_SWITCH_ARM(
      WRONG_RESULT,
      Backends.C_LIKE,
      "several labels lead to one switch arm, of which one is compiled",
      "one label an arm, or if and else if"),
  SINGLE_CASE_SWITCH(
      REJECTED,
      Backends.C_LIKE,
      "a switch with a single case is an internal error of the compiler",
      "if and else"),
  ENUM_SWITCH(
      REJECTED,
      Backends.ALL,
      "a switch over an enum, a string or types",
      "if chains over ordinal()"),
  MIXED_CONDITION(
      WRONG_RESULT,
      Backends.C_LIKE,
      "&& and || decide one branch together, or several conditions that each join others set one"
          + " value: parentheses and negations are lost",
      "0/1 integers with & and |"),
  RANGE_TEST(
      WRONG_RESULT,
      Backends.C_LIKE,
      "a number is compared with two constants in one decision: the compiler makes one unsigned"
          + " comparison of both and prints it as a signed one",
      "0/1 integers with & and |, or one bound that is read from an array"),
  LOOP_EXITS(
      WRONG_RESULT,
      Backends.C_LIKE,
      "a loop is left in several ways: the compiler takes all of them to the end of the innermost"
          + " loop, with the values of one of them",
      "one way out and one plain break at most; or end the loop by setting its counter"),
  EXCEPTION_HANDLER(
      WRONG_RESULT,
      Backends.ALL,
      "exceptions are dropped, so nothing is ever caught",
      "test before"),
  RECURSION(HANG, Backends.ALL, "the compiler inlines a recursion for ever", "a loop"),

  // Arrays and memory.
  UNWRITTEN_ARRAY(
      WRONG_RESULT,
      Backends.ALL,
      "a local array is read before anything is written to it; devices do not clear it",
      "a loop that writes every element first"),
  LOCAL_ARRAY_ARGUMENT(
      WRONG_RESULT,
      Backends.ALL,
      "a local array is handed to a method, which finds other elements in it: a byte's place is"
          + " taken for an index",
      "the method's code in its place, or numbers instead of the array"),
  PARTIAL_OUTPUT(
      WRONG_RESULT,
      Backends.ALL,
      "an array that is only written is not written everywhere: the rest comes back as device"
          + " garbage",
      "write every element, or read the array as well"),
  STATIC_ARRAY(
      REJECTED, Backends.ALL, "an array in a static field", "a local array or a parameter"),
  LOCAL_ARRAY_SIZE(
      REJECTED,
      Backends.ALL,
      "a local array whose size is no constant, or with two dimensions",
      "a constant size and one dimension"),
  MUTABLE_FIELD(
      REJECTED,
      Backends.ALL,
      "a field of an object that is not final",
      "a parameter or a constant"),
  FIELD_WRITE(REJECTED, EnumSet.of(SPIRV), "a write to a field", "an array parameter"),

  // Parallel loops.
  DESCENDING_PARALLEL(WRONG_RESULT, Backends.ALL, "a @Parallel loop that counts down", "count up"),
  PARALLEL_FORM(
      REJECTED,
      Backends.ALL,
      "a @Parallel loop needs a constant start, a constant step and a condition with < or <=",
      "count from a constant and add the offset inside"),
  DEPENDENT_PARALLEL(
      WRONG_RESULT,
      Backends.ALL,
      "a @Parallel loop works on what another one of the same task reads or writes; nothing waits"
          + " between them",
      "a task each"),
  STEPPED_PARALLEL(
      WRONG_RESULT,
      EnumSet.of(OPENCL, FPGA),
      "a @Parallel loop with a step beyond 1 whose bound is read from an array: every number is"
          + " passed",
      "a step of 1, and multiply inside"),
  PARALLEL_DEPTH(
      REJECTED,
      Backends.ALL,
      "more than three nested @Parallel loops",
      "make inner loops sequential"),
  REDUCE(
      WRONG_RESULT,
      EnumSet.of(OPENCL),
      "@Reduce gives wrong sums on CPU devices",
      "partial sums and a last step on the host, or a KernelContext reduction"),

  // Calls.
  FORBIDDEN_CALL(
      REJECTED,
      Backends.ALL,
      "a method that the compiler cannot translate",
      "TornadoMath, or arithmetic of your own"),
  BIT_CAST(
      REJECTED,
      Backends.ALL,
      "the bits of a floating-point number as an integer, or the reverse",
      "arithmetic, or a table as parameter"),
  SUBGROUP(
      WRONG_RESULT,
      EnumSet.of(OPENCL, SPIRV, FPGA),
      "simd methods: on OpenCL each work-item gets its own value back, SPIR-V has none",
      "local memory and barriers"),
  ATOMIC(
      REJECTED,
      EnumSet.of(SPIRV),
      "atomicAdd of KernelContext is missing on SPIR-V",
      "a reduction in local memory"),
  FLOAT_ATOMIC(
      REJECTED,
      EnumSet.of(OPENCL, SPIRV, FPGA),
      "atomicAdd of float or double",
      "a reduction in local memory, or a variant for PTX and CUDA alone"),
  ATOMIC_INTEGER(
      REJECTED,
      EnumSet.of(PTX, SPIRV),
      "AtomicInteger",
      "atomicAdd on an IntArray, or partial sums"),
  MISSING_MATHEMATICS(
      REJECTED, EnumSet.of(PTX), "atan, atan2, acos and asin of TornadoMath", "a polynomial"),
  TENSOR_CORE(
      REJECTED,
      EnumSet.of(OPENCL, SPIRV, FPGA),
      "tensor-core methods exist on PTX and CUDA alone",
      "a second variant for other devices"),
  CUDA_ONLY(
      REJECTED,
      EnumSet.of(OPENCL, PTX, SPIRV, FPGA),
      "a method or type that exists on CUDA alone",
      "a second variant for other devices"),

  // Types and declarations.
  THROW(REJECTED, Backends.ALL, "a throw", "write a code to an array"),
  LAMBDA(REJECTED, Backends.ALL, "a lambda or method reference", "a static method"),
  STRING(REJECTED, Backends.ALL, "a string", "numbers"),
  SYNCHRONIZED(REJECTED, Backends.ALL, "synchronized", "barriers, or nothing"),
  OBJECT(REJECTED, Backends.ALL, "a new object", "locals, records or the API's vector types"),
  RESERVED_NAME(
      REJECTED,
      EnumSet.of(OPENCL, CUDA, FPGA),
      "a name that OpenCL C or C reserves",
      "another name"),
  BOOLEAN_PARAMETER(
      DRIVER_ERROR,
      EnumSet.of(OPENCL, FPGA),
      "a boolean parameter of a task becomes invalid OpenCL C",
      "an int of 0 or 1"),
  NESTED_ARRAY_PARAMETER(
      CRASH, Backends.ALL, "an array of arrays as parameter kills the JVM", "one flat array"),
  HALF_FLOAT(
      DRIVER_ERROR,
      EnumSet.of(OPENCL, SPIRV, FPGA),
      "half precision does not compile on devices without fp16",
      "float, or a second variant for devices with fp16"),
  WIDE_VECTOR(
      REJECTED,
      EnumSet.of(CUDA),
      "vectors of eight or sixteen elements are missing on CUDA",
      "vectors of four"),
  NO_DEBUG_TABLES(
      REJECTED,
      Backends.ALL,
      "compiled without local variable tables, from which TornadoVM takes parameter names",
      "compile with -g"),

  // Launching.
  MISSING_GRID(
      WRONG_RESULT,
      Backends.ALL,
      "a KernelContext kernel is executed without a grid: a single work-item runs",
      "withGridScheduler with a worker grid for the task"),
  UNEVEN_GRID(
      WRONG_RESULT,
      Backends.ALL,
      "the global size is no multiple of the local size: the launch fails without an exception",
      "round the global size up and let the kernel skip the rest"),

  // FPGAs.
  FPGA_BOUND(
      DRIVER_ERROR,
      EnumSet.of(FPGA),
      "a @Parallel bound that is a constant, a scalar or a size",
      "read the bound from an IntArray"),
  FPGA_CONTEXT(
      DRIVER_ERROR,
      EnumSet.of(FPGA),
      "a KernelContext kernel does not compile for FPGAs",
      "annotated loops"),
  FPGA_GRID(
      DRIVER_ERROR,
      EnumSet.of(FPGA),
      "an explicit grid does not compile for FPGAs",
      "no grid there"),

  // Beyond what is proven.
  UNPROVEN_CALL(
      UNPROVEN,
      Backends.ALL,
      "a method that was not seen to compile everywhere",
      "TornadoMath, or arithmetic of your own"),
  UNPROVEN_OBJECT(
      UNPROVEN,
      Backends.ALL,
      "an object of a class of yours, which is right if it can be taken apart",
      "locals or a record"),
  UNPROVEN_REMAINDER(
      UNPROVEN,
      Backends.WITHOUT_SPIRV,
      "the remainder of a possibly negative number by a power of two rests on the same correction"
          + " as the division, though % 8 was seen right",
      "x & (2^k - 1) if x is never negative"),
  UNPROVEN_SWITCH(
      UNPROVEN, Backends.ALL, "a switch; well-formed ones were seen right on OpenCL alone", "if"),
  DOUBLE(UNPROVEN, Backends.ALL, "double precision, which not every device has", "float"),
  STATIC_FIELD(
      UNPROVEN,
      Backends.ALL,
      "a static field, whose value is frozen at compilation",
      "a parameter");

  private final Consequence consequence;
  private final Set<Backend> backends;
  private final String what;
  private final String instead;

  Rule(Consequence consequence, Set<Backend> backends, String what, String instead) {
    this.consequence = consequence;
    this.backends = backends;
    this.what = what;
    this.instead = instead;
  }

  /** For example {@code unsigned-shift}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public Consequence consequence() {
    return consequence;
  }

  /** The back ends that do not take the construct for what it is. */
  public Set<Backend> backends() {
    return Set.copyOf(backends);
  }

  public String what() {
    return what;
  }

  /** The work-around. */
  public String instead() {
    return instead;
  }

  private static final class Backends {
    static final Set<Backend> ALL = EnumSet.allOf(Backend.class);
    static final Set<Backend> WITHOUT_SPIRV = EnumSet.of(OPENCL, PTX, CUDA, FPGA);

    /** Those that print C, with the same code. */
    static final Set<Backend> C_LIKE = EnumSet.of(OPENCL, CUDA, FPGA);
  }
}
