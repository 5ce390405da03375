/**
 * A run or a comparison as one page of HTML that needs nothing else: it is read without a network
 * and without scripts, on a phone, on paper, in light and in dark.
 */
package dev.squall.pipeline.page;
