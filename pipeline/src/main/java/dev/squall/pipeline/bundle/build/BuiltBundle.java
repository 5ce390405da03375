package dev.squall.pipeline.bundle.build;

import dev.squall.pipeline.bundle.KernelBundle;

/** A bundle before it is written: its manifest and its code. */
record BuiltBundle(KernelBundle manifest, byte[] code) {}
