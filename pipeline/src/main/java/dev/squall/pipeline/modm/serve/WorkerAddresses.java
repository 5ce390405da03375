package dev.squall.pipeline.modm.serve;

import dev.squall.kernels.error.SquallException;
import java.net.URI;

/** Addresses of workers. */
public final class WorkerAddresses {
  private WorkerAddresses() {}

  /**
   * A worker's address.
   *
   * @throws SquallException INVALID_INPUT if it is none
   */
  public static URI parse(String text) {
    URI uri;
    try {
      uri = URI.create(text.strip());
    } catch (IllegalArgumentException e) {
      uri = URI.create("");
    }
    boolean plain =
        uri.getHost() != null
            && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
            && uri.getQuery() == null
            && uri.getFragment() == null
            && uri.getUserInfo() == null;
    if (!plain) {
      throw SquallException.invalidInput(
          "--workers: '%s' is no http(s) address, for example http://127.0.0.1:9001"
              .formatted(text.strip()));
    }
    return uri;
  }
}
