package uk.ac.manchester.tornado.api;

import uk.ac.manchester.tornado.api.common.Access;

/** The parameters of a prebuilt kernel, in its order, with the way it uses each. */
public class AccessorParameters {
  private final PairAccessor[] accessors;

  /** One parameter. */
  public record PairAccessor(Object object, Access access) {}

  public AccessorParameters(int numParameters) {
    accessors = new PairAccessor[numParameters];
  }

  public void set(int index, Object object, Access access) {
    accessors[index] = new PairAccessor(object, access);
  }

  public int numAccessors() {
    return accessors.length;
  }

  /** Returns a parameter, or null where none was set. */
  public PairAccessor getAccessor(int index) {
    return accessors[index];
  }
}
