package dev.squall.pipeline.cli;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.modm.serve.FakeWorker;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A worker for rehearsals. */
@Command(
    name = "fake-worker",
    mixinStandardHelpOptions = true,
    description = {
      "Run a worker that keeps the contract and makes no images, to rehearse modm serve with.",
      ""
    })
final class ModmFakeWorkerCommand implements Callable<Integer> {
  @Option(names = "--port", description = "Port, 0 for a free one (${DEFAULT-VALUE}).")
  private int port = 9001;

  @Option(names = "--width", description = "Numbers of an embedding (${DEFAULT-VALUE}).")
  private int width = 768;

  @Option(names = "--milliseconds", description = "For a whole generation (${DEFAULT-VALUE}).")
  private long milliseconds = 1000;

  @Override
  public Integer call() throws InterruptedException {
    try (FakeWorker worker = FakeWorker.start(port, width, milliseconds)) {
      System.out.println("fake worker on " + worker.address());
      new CountDownLatch(1).await();
      return ExitCodes.GOOD;
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.INVALID_INPUT, "cannot listen on port %d".formatted(port), e);
    }
  }
}
