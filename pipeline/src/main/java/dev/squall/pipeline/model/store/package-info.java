/** The models that Squall knows by name: where they come from, and where they are kept. */
package dev.squall.pipeline.model.store;
