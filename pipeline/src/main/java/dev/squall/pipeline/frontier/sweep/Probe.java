package dev.squall.pipeline.frontier.sweep;

import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.frontier.task.*;
import dev.squall.pipeline.model.attention.AttentionMethods;
import dev.squall.pipeline.model.decoder.*;
import java.nio.file.Path;

public final class Probe {
  private Probe() {}

  public static void main(String[] a) {
    Decoder d = Decoder.open(Path.of(a[0]));
    int len = Integer.parseInt(a[1]);
    int n = Integer.parseInt(a[2]);
    HostThreads th = HostThreads.of(Integer.parseInt(a[3]));
    for (int t = 4; t < a.length; t++) {
      Task task = Task.valueOf(a[t].toUpperCase());
      double sum = 0;
      for (int s = 0; s < n; s++) {
        Exercise e = task.exercise(d.tokenizer(), 1, s, len);
        int[] ids = d.tokenizer().encode(e.opening(), false, 1 << 20);
        if (s == 0)
          System.out.println(
              e.opening().length() > 1500
                  ? e.opening().substring(0, 700)
                      + "\n[...]\n"
                      + e.opening().substring(e.opening().length() - 600)
                  : e.opening());
        Writer w = new Writer(d.tokenizer());
        long t0 = System.nanoTime();
        Continuation c =
            Continuation.of(
                d, ids, AttentionMethods.dense(), w.most(e), PrefillObserver.none(), th);
        long t1 = System.nanoTime();
        Writer.Written r = w.fill(e, c, DecodeKeys.dense());
        long t2 = System.nanoTime();
        sum += r.score();
        System.out.printf(
            "%s %d: %d tokens, %.2f parsed %.2f chance %.2f; %s | expected %s; %.1f + %.1f s%n",
            task,
            s,
            ids.length,
            r.score(),
            r.parsed(),
            e.chance(),
            r.answers(),
            e.blanks().stream().map(b -> b.answer().expected()).toList(),
            (t1 - t0) * 1e-9,
            (t2 - t1) * 1e-9);
      }
      System.out.printf("== %s at %d: %.3f%n", task, len, sum / n);
    }
  }
}
