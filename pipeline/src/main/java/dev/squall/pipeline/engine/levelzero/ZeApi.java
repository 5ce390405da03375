package dev.squall.pipeline.engine.levelzero;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.squall.kernels.error.SquallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;

/** The functions of Level Zero's loader that are used here, under their own names. */
final class ZeApi {
  private static final int GPU_ONLY = 1;

  final ZeFunction driverGet;
  final ZeFunction driverGetProperties;
  final ZeFunction driverGetApiVersion;
  final ZeFunction deviceGet;
  final ZeFunction deviceGetProperties;
  final ZeFunction deviceGetComputeProperties;
  final ZeFunction deviceGetModuleProperties;
  final ZeFunction deviceGetMemoryProperties;
  final ZeFunction deviceGetCommandQueueGroupProperties;
  final ZeFunction contextCreate;
  final ZeFunction contextDestroy;
  final ZeFunction commandQueueCreate;
  final ZeFunction commandQueueDestroy;
  final ZeFunction commandQueueExecuteCommandLists;
  final ZeFunction commandQueueSynchronize;
  final ZeFunction commandListCreate;
  final ZeFunction commandListDestroy;
  final ZeFunction commandListClose;
  final ZeFunction commandListReset;
  final ZeFunction appendBarrier;
  final ZeFunction appendMemoryCopy;
  final ZeFunction appendMemoryFill;
  final ZeFunction appendLaunchKernel;
  final ZeFunction eventPoolCreate;
  final ZeFunction eventPoolDestroy;
  final ZeFunction eventCreate;
  final ZeFunction eventDestroy;
  final ZeFunction eventHostReset;
  final ZeFunction eventQueryKernelTimestamp;
  final ZeFunction memAllocDevice;
  final ZeFunction memAllocHost;
  final ZeFunction memAllocShared;
  final ZeFunction memFree;
  final ZeFunction moduleCreate;
  final ZeFunction moduleDestroy;
  final ZeFunction moduleGetNativeBinary;
  final ZeFunction buildLogGetString;
  final ZeFunction buildLogDestroy;
  final ZeFunction kernelCreate;
  final ZeFunction kernelDestroy;
  final ZeFunction kernelSetArgumentValue;
  final ZeFunction kernelSetGroupSize;

  private final SymbolLookup library;

  private ZeApi(SymbolLookup library) {
    this.library = library;
    MemoryLayout handle = JAVA_LONG;
    MemoryLayout size = JAVA_LONG;
    MemoryLayout device = JAVA_LONG; // an address that means nothing to the host
    MemoryLayout u32 = JAVA_INT;
    MemoryLayout pointer = ADDRESS;
    driverGet = function("zeDriverGet", pointer, pointer);
    driverGetProperties = function("zeDriverGetProperties", handle, pointer);
    driverGetApiVersion = function("zeDriverGetApiVersion", handle, pointer);
    deviceGet = function("zeDeviceGet", handle, pointer, pointer);
    deviceGetProperties = function("zeDeviceGetProperties", handle, pointer);
    deviceGetComputeProperties = function("zeDeviceGetComputeProperties", handle, pointer);
    deviceGetModuleProperties = function("zeDeviceGetModuleProperties", handle, pointer);
    deviceGetMemoryProperties = function("zeDeviceGetMemoryProperties", handle, pointer, pointer);
    deviceGetCommandQueueGroupProperties =
        function("zeDeviceGetCommandQueueGroupProperties", handle, pointer, pointer);
    contextCreate = function("zeContextCreate", handle, pointer, pointer);
    contextDestroy = function("zeContextDestroy", handle);
    commandQueueCreate = function("zeCommandQueueCreate", handle, handle, pointer, pointer);
    commandQueueDestroy = function("zeCommandQueueDestroy", handle);
    commandQueueExecuteCommandLists =
        function("zeCommandQueueExecuteCommandLists", handle, u32, pointer, handle);
    commandQueueSynchronize = function("zeCommandQueueSynchronize", handle, JAVA_LONG);
    commandListCreate = function("zeCommandListCreate", handle, handle, pointer, pointer);
    commandListDestroy = function("zeCommandListDestroy", handle);
    commandListClose = function("zeCommandListClose", handle);
    commandListReset = function("zeCommandListReset", handle);
    appendBarrier = function("zeCommandListAppendBarrier", handle, handle, u32, pointer);
    appendMemoryCopy =
        function(
            "zeCommandListAppendMemoryCopy", handle, device, device, size, handle, u32, pointer);
    appendMemoryFill =
        function(
            "zeCommandListAppendMemoryFill",
            handle,
            device,
            pointer,
            size,
            size,
            handle,
            u32,
            pointer);
    appendLaunchKernel =
        function("zeCommandListAppendLaunchKernel", handle, handle, pointer, handle, u32, pointer);
    eventPoolCreate = function("zeEventPoolCreate", handle, pointer, u32, pointer, pointer);
    eventPoolDestroy = function("zeEventPoolDestroy", handle);
    eventCreate = function("zeEventCreate", handle, pointer, pointer);
    eventDestroy = function("zeEventDestroy", handle);
    eventHostReset = function("zeEventHostReset", handle);
    eventQueryKernelTimestamp = function("zeEventQueryKernelTimestamp", handle, pointer);
    memAllocDevice = function("zeMemAllocDevice", handle, pointer, size, size, handle, pointer);
    memAllocHost = function("zeMemAllocHost", handle, pointer, size, size, pointer);
    memAllocShared =
        function("zeMemAllocShared", handle, pointer, pointer, size, size, handle, pointer);
    memFree = function("zeMemFree", handle, device);
    moduleCreate = function("zeModuleCreate", handle, handle, pointer, pointer, pointer);
    moduleDestroy = function("zeModuleDestroy", handle);
    moduleGetNativeBinary = function("zeModuleGetNativeBinary", handle, pointer, pointer);
    buildLogGetString = function("zeModuleBuildLogGetString", handle, pointer, pointer);
    buildLogDestroy = function("zeModuleBuildLogDestroy", handle);
    kernelCreate = function("zeKernelCreate", handle, pointer, pointer);
    kernelDestroy = function("zeKernelDestroy", handle);
    kernelSetArgumentValue = function("zeKernelSetArgumentValue", handle, u32, size, pointer);
    kernelSetGroupSize = function("zeKernelSetGroupSize", handle, u32, u32, u32);
  }

  /**
   * Loads and initialises Level Zero for GPUs.
   *
   * @param loader {@code libze_loader.so.1}
   * @throws SquallException UNSUPPORTED if it cannot be loaded, has no driver, or its driver no
   *     device
   */
  static ZeApi load(Path loader) {
    ZeApi api;
    try {
      api = new ZeApi(SymbolLookup.libraryLookup(loader, Arena.global()));
    } catch (IllegalArgumentException e) {
      throw SquallException.unsupported(
          "%s cannot be loaded: %s".formatted(loader, e.getMessage()));
    }
    int answer = api.function("zeInit", JAVA_INT).answer(GPU_ONLY);
    if (answer != ZeErrors.SUCCESS) {
      throw SquallException.unsupported(
          "zeInit answered %s: Level Zero finds no driver with a GPU that this user may open"
              .formatted(ZeErrors.name(answer)));
    }
    return api;
  }

  private ZeFunction function(String name, MemoryLayout... parameters) {
    return library
        .find(name)
        .map(address -> ZeFunction.of(name, address, parameters))
        .orElseThrow(
            () -> SquallException.unsupported("this Level Zero loader has no function " + name));
  }
}
