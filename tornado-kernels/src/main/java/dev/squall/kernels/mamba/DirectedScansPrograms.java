package dev.squall.kernels.mamba;

import dev.squall.kernels.launch.Grid;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.TensorType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The device form of {@link DirectedScans}. */
public final class DirectedScansPrograms {
  private static final List<OptionalInput> OPTIONAL =
      List.of(OptionalInput.of("d"), OptionalInput.of("z"), OptionalInput.of("delta_bias"));

  private DirectedScansPrograms() {}

  /** The annotated loops, for as many states as their arrays hold. */
  public static Variant loops(Function<Sizes, DirectedScans> scansOf) {
    return new Variant.Device(
        "loops",
        (sizes, device) ->
            Support.when(
                sizes.dim("N") <= SelectiveScan.DEVICE_STATES,
                "N = %d states, arrays are laid out for %d"
                    .formatted(sizes.dim("N"), SelectiveScan.DEVICE_STATES)),
        sizes -> program(sizes, scansOf.apply(sizes)));
  }

  private static Program program(Sizes sizes, DirectedScans scans) {
    int directions = scans.paths().size();
    Task scan =
        new Task(
            DirectedScansLoops.class,
            "scan",
            Grid.loops(scans.channels(), directions),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    DirectedScansLoops::scan,
                    arguments.f32("u"),
                    arguments.f32("delta"),
                    arguments.f32("a"),
                    arguments.f32("b"),
                    arguments.f32("c"),
                    arguments.f32("d"),
                    arguments.f32("delta_bias"),
                    arguments.f32("partial"),
                    arguments.dims()));
    Task merge =
        new Task(
            DirectedScansLoops.class,
            "merge",
            Grid.loops(scans.length(), scans.channels()),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    DirectedScansLoops::merge,
                    arguments.f32("partial"),
                    arguments.f32("z"),
                    arguments.f32("y"),
                    arguments.dims()));
    Map<String, TensorType> scratch = new LinkedHashMap<>(OptionalInput.standIns(sizes, OPTIONAL));
    scratch.put(
        "partial",
        new TensorType(
            ElementType.F32,
            List.of((long) directions, (long) scans.channels(), (long) scans.length())));
    List<Integer> dims =
        List.of(
            scans.channels(),
            scans.length(),
            scans.states(),
            scans.groupChannels(),
            scans.softplus() ? 1 : 0,
            sizes.given("d") ? 1 : 0,
            sizes.given("z") ? 1 : 0,
            sizes.given("delta_bias") ? 1 : 0,
            directions,
            scans.inputSets() == 1 ? 0 : 1,
            scans.sets() == 1 ? 0 : 1,
            scans.paths().stream().mapToInt(ScanPath::rows).max().orElse(1));
    return new Program(List.of(scan, merge), scratch, dims, List.of());
  }
}
