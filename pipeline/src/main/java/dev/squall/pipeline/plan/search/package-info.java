/**
 * Where stages go, as a matter of numbers alone: a {@link dev.squall.pipeline.plan.search.Problem}
 * in, a {@link dev.squall.pipeline.plan.search.Schedule} out.
 */
package dev.squall.pipeline.plan.search;
