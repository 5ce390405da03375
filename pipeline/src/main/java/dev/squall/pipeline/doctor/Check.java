package dev.squall.pipeline.doctor;

/** Looks for the constructs of some rules in one method. */
@FunctionalInterface
interface Check {
  void examine(Analysis method, Report report);
}
