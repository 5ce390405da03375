package dev.squall.pipeline.frontier.task;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/** Words that texts are made of. */
final class Words {
  static final List<String> PEOPLE =
      split(
          "Mara Oskar Lena Tom Ida Felix Nora Hugo Clara Emil Anna Victor Rosa Simon Julia Martin"
              + " Alice Peter Edith Arthur Grace Henry Ruth Walter Flora George Helen Robert");

  static final List<String> PLACES =
      split(
          "harbour market library station mill garden bakery castle chapel forest bridge theatre"
              + " museum school tavern farm lighthouse orchard quarry square stable tower valley"
              + " village workshop meadow island cellar palace court hospital bank prison gallery"
              + " monastery pasture vineyard fountain cottage hall");

  static final List<String> THINGS =
      split(
          "lantern kettle mirror carpet violin basket hammer candle ladder compass blanket bottle"
              + " saddle anchor bucket curtain drum feather glove helmet kite lamp mug needle oven"
              + " pillow quilt ribbon saw table umbrella vase wheel barrel chair clock hat knife"
              + " map pen ring rope spoon tent whistle");

  static final List<String> COLOURS =
      split(
          "amber black blue brown crimson golden green grey ivory olive orange pink purple red"
              + " silver violet white yellow");

  static final List<String> DAYS =
      split("Monday Tuesday Wednesday Thursday Friday Saturday Sunday");

  private static final List<String> ADJECTIVES =
      split("old young quiet tall small tired cheerful careful clever poor famous lonely");

  private static final List<String> TRADES =
      split(
          "baker farmer teacher sailor doctor painter tailor miller hunter soldier merchant"
              + " shepherd gardener carpenter writer judge");

  private static final List<String> DEEDS =
      split2(
          "walked slowly along the|looked for a friend near the|had once lived close to the|often"
              + " thought about the|drew a picture of the|told a long story about the|waited for"
              + " hours beside the|had never seen the|took a short way past the|sang a song on the"
              + " way to the|planned to repair the|heard strange news from the");

  private static final List<String> ENDS =
      split2(
          "before the sun went down|while it was raining|in the early morning|because there was"
              + " nothing else to do|as people did in those days|on the coldest day of the year|and"
              + " then went home|without saying a word|long after midnight|when the wind turned"
              + " north|during the harvest|and was glad of it");

  private static final String[] CONSONANTS = {
    "b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z"
  };
  private static final String[] VOWELS = {"a", "e", "i", "o", "u"};

  private Words() {}

  private static List<String> split(String words) {
    return List.of(words.split(" "));
  }

  private static List<String> split2(String phrases) {
    return List.of(phrases.split("\\|"));
  }

  static String pick(List<String> words, RandomGenerator random) {
    return words.get(random.nextInt(words.size()));
  }

  /** Different ones, in random order. */
  static List<String> draw(List<String> words, int count, Random random) {
    if (count > words.size()) {
      throw new IllegalArgumentException(count + " of " + words.size() + " words");
    }
    List<String> all = new ArrayList<>(words);
    Collections.shuffle(all, random);
    return List.copyOf(all.subList(0, count));
  }

  /** A sentence that holds neither numbers nor names. */
  static String sentence(RandomGenerator random) {
    return "The %s %s %s %s %s."
        .formatted(
            pick(ADJECTIVES, random),
            pick(TRADES, random),
            pick(DEEDS, random),
            pick(PLACES, random),
            pick(ENDS, random));
  }

  /** A word of two syllables that means nothing. */
  static String nonsense(int number) {
    int syllables = CONSONANTS.length * VOWELS.length;
    return syllable(number % syllables) + syllable(number / syllables % syllables);
  }

  /** How many of them there are. */
  static int nonsenseWords() {
    int syllables = CONSONANTS.length * VOWELS.length;
    return syllables * syllables;
  }

  private static String syllable(int number) {
    return CONSONANTS[number / VOWELS.length] + VOWELS[number % VOWELS.length];
  }
}
