package dev.squall.pipeline.model.decoder;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.MatrixTile;
import dev.squall.pipeline.model.decoder.DecoderShape.Pairing;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rotary position embedding (Su et al., 2021): pair i of a head turns by position · base^(−2i/D).
 * Sines and cosines of the positions asked for lie in panels as activations do.
 */
final class Rotation {
  private static final VectorSpecies<Float> SPECIES = MatrixTile.SPECIES;
  private static final int LANES = SPECIES.length();
  private static final int COLUMNS = MatrixTile.COLUMNS;

  private final Pairing pairing;
  private final int pairs;
  private final double[] frequencies;

  Rotation(Pairing pairing, int headSize, double base) {
    this.pairing = pairing;
    this.pairs = headSize / 2;
    this.frequencies = new double[pairs];
    for (int pair = 0; pair < pairs; pair++) {
      frequencies[pair] = Math.pow(base, -2.0 * pair / headSize);
    }
  }

  /** Cosines and sines, [pair][COLUMNS] each, of the positions of one panel. */
  record Turns(float[] cosines, float[] sines) {}

  /** The turns of {@code panels} panels of positions from {@code firstPosition} on. */
  Turns[] turns(int firstPosition, int panels, HostThreads threads) {
    Turns[] turns = new Turns[panels];
    threads.forEach(
        panels, panel -> turns[(int) panel] = turns(firstPosition + (int) panel * COLUMNS));
    return turns;
  }

  private Turns turns(int firstPosition) {
    Turns turns = new Turns(new float[pairs * COLUMNS], new float[pairs * COLUMNS]);
    for (int pair = 0; pair < pairs; pair++) {
      for (int column = 0; column < COLUMNS; column++) {
        double angle = (firstPosition + column) * frequencies[pair];
        turns.cosines[pair * COLUMNS + column] = (float) Math.cos(angle);
        turns.sines[pair * COLUMNS + column] = (float) Math.sin(angle);
      }
    }
    return turns;
  }

  /** Turns one head of one panel in place; {@code at} is where its first feature's tokens lie. */
  void panel(float[] data, int at, Turns turns) {
    for (int pair = 0; pair < pairs; pair++) {
      int first = at + first(pair) * COLUMNS;
      int second = at + second(pair) * COLUMNS;
      for (int column = 0; column < COLUMNS; column += LANES) {
        int turn = pair * COLUMNS + column;
        FloatVector cosine = FloatVector.fromArray(SPECIES, turns.cosines, turn);
        FloatVector sine = FloatVector.fromArray(SPECIES, turns.sines, turn);
        FloatVector x = FloatVector.fromArray(SPECIES, data, first + column);
        FloatVector y = FloatVector.fromArray(SPECIES, data, second + column);
        x.mul(cosine).sub(y.mul(sine)).intoArray(data, first + column);
        x.mul(sine).add(y.mul(cosine)).intoArray(data, second + column);
      }
    }
  }

  /** Turns one head of one token, whose features are neighbours, in place. */
  void token(float[] data, int at, int position) {
    for (int pair = 0; pair < pairs; pair++) {
      double angle = position * frequencies[pair];
      float cosine = (float) Math.cos(angle);
      float sine = (float) Math.sin(angle);
      float x = data[at + first(pair)];
      float y = data[at + second(pair)];
      data[at + first(pair)] = x * cosine - y * sine;
      data[at + second(pair)] = x * sine + y * cosine;
    }
  }

  private int first(int pair) {
    return pairing == Pairing.NEIGHBOURS ? 2 * pair : pair;
  }

  private int second(int pair) {
    return pairing == Pairing.NEIGHBOURS ? 2 * pair + 1 : pair + pairs;
  }
}
