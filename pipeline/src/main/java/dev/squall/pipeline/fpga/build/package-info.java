/** Makes bitstreams from generated OpenCL C. */
package dev.squall.pipeline.fpga.build;
