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

  static final List<String> CITIES =
      split(
          "Paris London Rome Berlin Madrid Vienna Prague Oslo Athens Dublin Lisbon Warsaw Venice"
              + " Geneva Moscow Cairo Boston Chicago Toronto Sydney Tokyo Delhi Milan Naples");

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

  /** Common words of one kind, none of them in the other lists' sentences by rule. */
  static final List<String> COMMON =
      split(
          "air apple arm army art baby bag ball band bear beach bed bell bird blood board boat body"
              + " bone book box boy branch bread breath brick brother brush bus cake camera camp"
              + " car card cat cause cell chain cheese chest child church circle city class cloth"
              + " cloud coach coal coast coat coffee coin cook copper corn cotton country cow crowd"
              + " crown cup daughter dance debt desert desk dinner dirt dish dog door dream dress"
              + " drink duck dust ear earth edge egg engine eye face fact family fan father field"
              + " film finger fire fish flag flood floor flower fly fog food foot fork fox frame"
              + " friend frog fruit game gas gate ghost gift girl glass goat gold grain grape grass"
              + " ground group guard guest guide gun hair hand heart heat hill hole honey hook horn"
              + " horse hotel house ice idea ink iron job joke judge juice jump key kid king kiss"
              + " lake land law lead leaf leg lemon letter light line lion lip list lock log lord"
              + " love lunch machine mail man mark mask meal meat metal milk mind mine money month"
              + " moon mouse mouth movie mud music nail name neck nest net news night noise nose"
              + " note nurse nut ocean office oil onion page paint pair pan paper park party path"
              + " peace pig pipe plan plant plate poem poet point pool port pot price prize queen"
              + " race radio rain rat rice river road rock roof room root rose rule salt sand sea"
              + " seat seed shade shape sheep ship shirt shoe shop sign silk sister skin sky smoke"
              + " snake snow soap song soup space sport spring star steel stick stone storm story"
              + " stream street sugar suit summer sun sword tail tea team tear test tiger time tin"
              + " tooth town toy trade train tree truck tube voice wall war watch water wave wax"
              + " way weather week west wife wind wine wing winter wire wolf woman wood wool word"
              + " world worm year");

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
}
