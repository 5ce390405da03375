package dev.squall.pipeline.plan.search;

import java.util.Arrays;

/**
 * A schedule that grows and shrinks at its end: tasks are appended one after another, each to its
 * place's resource, and taken back in reverse.
 */
final class Timeline {
  final Problem problem;
  private final int[][] before;
  private final Problem.Task[] tasks;
  private final Problem.Place[] places;
  private final double[] bytes;

  private final double[] free;
  private final double[] busy;
  private final int[] uses;
  private final boolean[][] resident;
  private final double[] residentBytes;
  private final double[] workspace;
  private double makespan;
  private double energy;

  private final int[] order;
  private final int[] placeOf;
  private final boolean[] done;
  private final double[] start;
  private final double[] open;
  private final double[] copyIn;
  private final double[] copyOut;
  private final double[] end;
  private int count;

  /** What an append changed, by its position, for taking it back. */
  private final double[] freeBefore;

  private final double[] busyBefore;
  private final double[] makespanBefore;
  private final double[] energyBefore;
  private final double[] workspaceBefore;
  private final int[] movedBefore;
  private final int[] moved;
  private int movedCount;

  Timeline(Problem problem) {
    this.problem = problem;
    this.before = problem.before();
    this.tasks = problem.tasks().toArray(Problem.Task[]::new);
    this.places = problem.places().toArray(Problem.Place[]::new);
    this.bytes = problem.tensorBytes();
    int resources = problem.resources();
    free = new double[resources];
    busy = new double[resources];
    uses = new int[places.length];
    resident = new boolean[places.length][bytes.length];
    residentBytes = new double[places.length];
    workspace = new double[places.length];
    order = new int[tasks.length];
    placeOf = new int[tasks.length];
    done = new boolean[tasks.length];
    start = new double[tasks.length];
    open = new double[tasks.length];
    copyIn = new double[tasks.length];
    copyOut = new double[tasks.length];
    end = new double[tasks.length];
    freeBefore = new double[tasks.length];
    busyBefore = new double[tasks.length];
    makespanBefore = new double[tasks.length];
    energyBefore = new double[tasks.length];
    workspaceBefore = new double[tasks.length];
    movedBefore = new int[tasks.length];
    moved = new int[tasks.length == 0 ? 0 : places.length * bytes.length];
  }

  int count() {
    return count;
  }

  boolean done(int task) {
    return done[task];
  }

  double end(int task) {
    return end[task];
  }

  double start(int task) {
    return start[task];
  }

  double makespan() {
    return makespan;
  }

  double energy() {
    return energy;
  }

  double free(int resource) {
    return free[resource];
  }

  double busy(int resource) {
    return busy[resource];
  }

  double busiest() {
    double most = 0;
    for (double seconds : busy) {
      most = Math.max(most, seconds);
    }
    return most;
  }

  int[] before(int task) {
    return before[task];
  }

  boolean ready(int task) {
    if (done[task]) {
      return false;
    }
    for (int other : before[task]) {
      if (!done[other]) {
        return false;
      }
    }
    return true;
  }

  /** When all that a task reads is there. */
  double readyAt(int task) {
    double at = 0;
    for (int other : before[task]) {
      at = Math.max(at, end[other]);
    }
    return at;
  }

  /** When a task would begin at a place. */
  double startAt(int task, int place) {
    return Math.max(free[places[place].resource()], readyAt(task));
  }

  /** How long a task would hold a place now. */
  double duration(int task, int place) {
    return (uses[place] == 0 ? places[place].openSeconds() : 0)
        + copyIn(task, place)
        + tasks[task].seconds()[place]
        + copyOut(task, place);
  }

  /** Copies to and from a place, now. */
  double copySeconds(int task, int place) {
    return copyIn(task, place) + copyOut(task, place);
  }

  private double copyIn(int task, int place) {
    return places[place].ownMemory()
        ? missingBytes(task, place) * places[place].secondsPerByteIn()
        : 0;
  }

  private double missingBytes(int task, int place) {
    double missing = 0;
    for (int tensor : tasks[task].reads()) {
      if (!resident[place][tensor]) {
        missing += bytes[tensor];
      }
    }
    return missing;
  }

  private double copyOut(int task, int place) {
    return places[place].ownMemory() ? writtenBytes(task) * places[place].secondsPerByteOut() : 0;
  }

  private double writtenBytes(int task) {
    double written = 0;
    for (int tensor : tasks[task].writes()) {
      written += bytes[tensor];
    }
    return written;
  }

  /** Whether a task runs at a place and its tensors fit there beside what it holds. */
  boolean fits(int task, int place) {
    if (!tasks[task].runsAt(place)) {
      return false;
    }
    if (!places[place].ownMemory()) {
      return true;
    }
    double needed =
        residentBytes[place]
            + missingBytes(task, place)
            + writtenBytes(task)
            + Math.max(workspace[place], tasks[task].workspaceBytes()[place]);
    return needed <= places[place].memoryBytes();
  }

  /** Puts a task that is ready behind what its place's resource does already. */
  void append(int task, int place) {
    Problem.Place at = places[place];
    int resource = at.resource();
    freeBefore[count] = free[resource];
    busyBefore[count] = busy[resource];
    makespanBefore[count] = makespan;
    energyBefore[count] = energy;
    workspaceBefore[count] = workspace[place];
    movedBefore[count] = movedCount;
    start[task] = startAt(task, place);
    open[task] = uses[place] == 0 ? at.openSeconds() : 0;
    copyIn[task] = copyIn(task, place);
    copyOut[task] = copyOut(task, place);
    double seconds = open[task] + copyIn[task] + tasks[task].seconds()[place] + copyOut[task];
    end[task] = start[task] + seconds;
    if (at.ownMemory()) {
      keep(tasks[task].reads(), place);
      keep(tasks[task].writes(), place);
      workspace[place] = Math.max(workspace[place], tasks[task].workspaceBytes()[place]);
    }
    uses[place]++;
    free[resource] = end[task];
    busy[resource] += seconds;
    energy += at.watts() * seconds;
    makespan = Math.max(makespan, end[task]);
    done[task] = true;
    placeOf[task] = place;
    order[count++] = task;
  }

  private void keep(int[] tensors, int place) {
    for (int tensor : tensors) {
      if (!resident[place][tensor]) {
        resident[place][tensor] = true;
        residentBytes[place] += bytes[tensor];
        moved[movedCount++] = tensor;
      }
    }
  }

  /** Undoes the last append. */
  void takeBack() {
    int task = order[--count];
    int place = placeOf[task];
    int resource = places[place].resource();
    while (movedCount > movedBefore[count]) {
      int tensor = moved[--movedCount];
      resident[place][tensor] = false;
      residentBytes[place] -= bytes[tensor];
    }
    uses[place]--;
    free[resource] = freeBefore[count];
    busy[resource] = busyBefore[count];
    makespan = makespanBefore[count];
    energy = energyBefore[count];
    workspace[place] = workspaceBefore[count];
    done[task] = false;
  }

  void clear() {
    while (count > 0) {
      takeBack();
    }
  }

  /** Tasks in an order, each at its place; false if something does not fit. */
  boolean replay(int[] inOrder, int[] at) {
    clear();
    for (int task : inOrder) {
      if (!fits(task, at[task])) {
        return false;
      }
      append(task, at[task]);
    }
    return true;
  }

  /** The whole schedule, by begin. */
  Schedule schedule() {
    Schedule.Slot[] slots = new Schedule.Slot[tasks.length];
    for (int task = 0; task < tasks.length; task++) {
      slots[task] =
          new Schedule.Slot(
              start[task],
              open[task],
              copyIn[task],
              tasks[task].seconds()[placeOf[task]],
              copyOut[task]);
    }
    return new Schedule(
        Arrays.copyOf(placeOf, tasks.length),
        Arrays.copyOf(order, count),
        slots,
        makespan,
        busiest(),
        energy);
  }
}
