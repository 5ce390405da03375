package dev.squall.pipeline.stack;

/**
 * A stack that could be here and is not.
 *
 * @param name the name it would have
 * @param reason why it is missing
 * @param remedy the command that would bring it, with the packages behind it
 */
public record MissingStack(String name, String reason, String remedy) {}
