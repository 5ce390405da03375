/**
 * What a sweep says: means with standard errors, costs, Pareto fronts, fits of the scaling law, as
 * tables, CSV and plots.
 */
package dev.squall.pipeline.frontier.report;
