package dev.squall.pipeline.fpga;

/**
 * What a bitstream is made for; another driver version may refuse it.
 *
 * @param version of OpenCL, as the device states it
 */
public record FpgaDevice(String platform, String name, String version, String driver) {}
