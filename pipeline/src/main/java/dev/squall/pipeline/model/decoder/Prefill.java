package dev.squall.pipeline.model.decoder;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.MatrixTile;
import dev.squall.kernels.host.PanelProduct;
import dev.squall.kernels.host.PanelProduct.Product;
import dev.squall.kernels.host.PanelProduct.Target;
import dev.squall.kernels.host.QuantizedMatrix;
import dev.squall.kernels.host.TokenPanels;
import dev.squall.pipeline.model.attention.AttentionOutcome;
import dev.squall.pipeline.model.attention.AttentionTensors;
import dev.squall.pipeline.model.attention.LayerAttention;
import dev.squall.pipeline.model.attention.PrefillAttention;
import dev.squall.pipeline.model.attention.WindowAttention;
import java.util.Arrays;
import java.util.List;

/**
 * The forward pass of a whole prompt, layer by layer. Between attention calls a layer is computed
 * for a few thousand tokens at a time, so that memory beyond the residual stream and one layer's q,
 * k, v and o does not grow with the prompt.
 */
public final class Prefill {
  /** Tokens of a chunk: enough to share each widened weight, few enough for the third cache. */
  private static final int CHUNK_PANELS = Math.max(1, 2048 / MatrixTile.COLUMNS);

  private static final int COLUMNS = MatrixTile.COLUMNS;

  private final Decoder decoder;
  private final DecoderShape shape;
  private final HostThreads threads;
  private final TokenPanels residual;
  private final AttentionTensors tensors;

  /** Tokens of earlier chunks. */
  private final int offset;

  private PrefillAttention bound;
  private LayerAttention global;
  private final LayerAttention windowed;
  private final Rotation globalRotation;
  private final Rotation localRotation;

  /** Sines and cosines of each panel, the same in all layers of a kind. */
  private final Rotation.Turns[] globalTurns;

  private final Rotation.Turns[] localTurns;

  /** Memory that a chunk needs, by the widest that it holds. */
  private final TokenPanels wide;

  private final TokenPanels narrow;

  /**
   * @param offset tokens before these
   */
  private Prefill(
      Decoder decoder, int tokens, int offset, PrefillAttention attention, HostThreads threads) {
    this.offset = offset;
    this.decoder = decoder;
    this.shape = decoder.shape();
    this.threads = threads;
    this.residual = new TokenPanels(tokens, shape.width());
    this.tensors =
        AttentionTensors.allocate(
            new AttentionShape(
                shape.heads(),
                shape.keyHeads(),
                offset + tokens,
                shape.headSize(),
                true,
                shape.scale(),
                tokens));
    this.windowed = shape.window() > 0 ? new WindowAttention(shape.window()).bind(tensors) : null;
    // Settings that do not fit show before any work is done.
    int firstGlobal = 0;
    while (firstGlobal < shape.layers() - 1 && shape.windowed(firstGlobal)) {
      firstGlobal++;
    }
    bind(attention, firstGlobal);
    this.globalRotation = new Rotation(shape.pairing(), shape.headSize(), shape.base());
    this.localRotation = new Rotation(shape.pairing(), shape.headSize(), shape.localBase());
    this.globalTurns = globalRotation.turns(offset, residual.panels(), threads);
    this.localTurns =
        windowed == null
            ? new Rotation.Turns[0]
            : localRotation.turns(offset, residual.panels(), threads);
    int chunk = Math.min(tokens, CHUNK_PANELS * COLUMNS);
    this.wide = new TokenPanels(chunk, Math.max(2 * shape.hidden(), qkvFeatures()));
    this.narrow = new TokenPanels(chunk, Math.max(shape.width(), shape.queryFeatures()));
  }

  private LayerAttention bind(PrefillAttention attention, int layer) {
    PrefillAttention ofLayer = attention.ofLayer(layer);
    if (!ofLayer.equals(bound)) {
      global = ofLayer.bind(tensors);
      bound = ofLayer;
    }
    return global;
  }

  /**
   * Runs a prompt in chunks, each behind the cached keys and values of those before it.
   *
   * @param chunk tokens of a chunk; from the prompt's length on it is one
   * @param cache takes keys and values; must be empty
   * @param observer sees each layer of each chunk
   * @throws SquallException INVALID_INPUT as above; UNSUPPORTED for a method that takes whole
   *     prompts alone
   */
  public static PrefillResult run(
      Decoder decoder,
      int[] prompt,
      int chunk,
      PrefillAttention attention,
      KeyValueCache cache,
      PrefillObserver observer,
      HostThreads threads) {
    requireFits(decoder.shape(), prompt.length);
    TokenPanels hidden = new TokenPanels(prompt.length, decoder.shape().width());
    double seconds = 0;
    double attentionSeconds = 0;
    for (int from = 0; from < prompt.length; from += chunk) {
      int to = (int) Math.min(prompt.length, (long) from + chunk);
      int[] tokens = Arrays.copyOfRange(prompt, from, to);
      PrefillResult result = behind(decoder, tokens, from, attention, cache, observer, threads);
      copy(result.hidden(), hidden, from);
      seconds += result.seconds();
      attentionSeconds += result.attentionSeconds();
      if (chunk >= prompt.length) {
        break;
      }
    }
    return new PrefillResult(hidden, seconds, attentionSeconds);
  }

  private static void copy(TokenPanels from, TokenPanels to, int firstToken) {
    for (int token = 0; token < from.tokens(); token++) {
      int target = firstToken + token;
      for (int feature = 0; feature < from.features(); feature++) {
        to.data()[to.at(target / COLUMNS, feature) + target % COLUMNS] =
            from.data()[from.at(token / COLUMNS, feature) + token % COLUMNS];
      }
    }
  }

  /**
   * Runs a prompt.
   *
   * @param attention of the layers without a window
   * @param cache takes keys and values, unless null
   * @throws SquallException INVALID_INPUT for an empty prompt or one longer than the context
   */
  public static PrefillResult run(
      Decoder decoder,
      int[] prompt,
      PrefillAttention attention,
      KeyValueCache cache,
      PrefillObserver observer,
      HostThreads threads) {
    requireFits(decoder.shape(), prompt.length);
    return behind(decoder, prompt, 0, attention, cache, observer, threads);
  }

  private static PrefillResult behind(
      Decoder decoder,
      int[] prompt,
      int offset,
      PrefillAttention attention,
      KeyValueCache cache,
      PrefillObserver observer,
      HostThreads threads) {
    Prefill prefill = new Prefill(decoder, prompt.length, offset, attention, threads);
    long start = System.nanoTime();
    prefill.embed(prompt);
    long attending = 0;
    long observing = 0;
    for (int layer = 0; layer < prefill.shape.layers(); layer++) {
      boolean window = prefill.shape.windowed(layer);
      if (offset > 0) {
        cache.load(layer, offset, prefill.tensors);
      }
      prefill.queriesKeysValues(layer, window);
      LayerAttention method = window ? prefill.windowed : prefill.bind(attention, layer);
      long before = System.nanoTime();
      AttentionOutcome outcome = method.attend(threads);
      long after = System.nanoTime();
      attending += after - before;
      if (cache != null) {
        cache.store(layer, prefill.tensors);
      }
      observer.attended(layer, prefill.tensors, outcome);
      observing += System.nanoTime() - after;
      prefill.feedForward(layer);
    }
    TokenPanels hidden = prefill.finish();
    long total = System.nanoTime() - start - observing;
    return new PrefillResult(hidden, total * 1e-9, attending * 1e-9);
  }

  static void requireFits(DecoderShape shape, int tokens) {
    if (tokens < 1) {
      throw SquallException.invalidInput("the prompt has no tokens");
    }
    if (tokens > shape.context()) {
      throw SquallException.invalidInput(
          "%d tokens exceed the model's context of %d; take fewer (--tokens)"
              .formatted(tokens, shape.context()));
    }
  }

  private int qkvFeatures() {
    return shape.queryFeatures() + 2 * shape.keyFeatures();
  }

  private void embed(int[] prompt) {
    threads.forEach(
        residual.panels(),
        () -> new Embedding(decoder),
        (embedding, panel) -> embedding.panel(prompt, residual, (int) panel));
  }

  /** A piece of a chunk: panels [first, first + panels.panels()) of the prompt. */
  private record Chunk(int first, TokenPanels panels) {}

  /** The chunk whose first panel is {@code first}, as a view of {@code memory}. */
  private Chunk chunk(int first, TokenPanels memory, int features) {
    int tokens = Math.min(CHUNK_PANELS * COLUMNS, residual.tokens() - first * COLUMNS);
    return new Chunk(first, new TokenPanels(tokens, features, memory.data()));
  }

  private void queriesKeysValues(int layer, boolean window) {
    LayerWeights weights = decoder.weights().layers().get(layer);
    for (int first = 0; first < residual.panels(); first += CHUNK_PANELS) {
      Chunk normed = chunk(first, narrow, shape.width());
      norm(weights.attentionNorm(), normed);
      TokenPanels qkv = chunk(first, wide, qkvFeatures()).panels();
      int keys = shape.queryFeatures();
      int values = keys + shape.keyFeatures();
      PanelProduct.multiply(
          List.of(
              new Product(weights.query(), new Target(qkv, 0, 0)),
              new Product(weights.key(), new Target(qkv, 0, keys)),
              new Product(weights.value(), new Target(qkv, 0, values))),
          normed.panels(),
          false,
          threads);
      int firstPanel = first;
      threads.forEach(
          qkv.panels(),
          () -> new HeadLayout(shape.headSize()),
          (layout, panel) -> storeHeads(layout, weights, window, qkv, (int) panel, firstPanel));
    }
  }

  private void norm(float[] weight, Chunk to) {
    threads.forEach(
        to.panels().panels(),
        panel ->
            RmsNorm.panel(
                residual.data(),
                residual.at(to.first() + (int) panel, 0),
                weight,
                shape.epsilon(),
                to.panels().data(),
                to.panels().at((int) panel, 0),
                false));
  }

  /** Normalises and turns queries and keys of one panel, and moves them to the tensors. */
  private void storeHeads(
      HeadLayout layout,
      LayerWeights weights,
      boolean window,
      TokenPanels qkv,
      int panel,
      int chunkPanel) {
    int token = (chunkPanel + panel) * COLUMNS;
    int size = shape.headSize();
    Rotation rotation = window ? localRotation : globalRotation;
    Rotation.Turns turns = (window ? localTurns : globalTurns)[chunkPanel + panel];
    for (int head = 0; head < shape.heads() + 2 * shape.keyHeads(); head++) {
      int at = qkv.at(panel, head * size);
      int keyHead = head - shape.heads();
      int valueHead = keyHead - shape.keyHeads();
      if (valueHead >= 0) {
        layout.store(qkv, panel, head * size, tensors.v(), valueHead, offset + token);
        continue;
      }
      if (weights.headNorms().isPresent()) {
        LayerWeights.HeadNorms norms = weights.headNorms().get();
        float[] norm = keyHead < 0 ? norms.query() : norms.key();
        RmsNorm.panel(qkv.data(), at, norm, shape.epsilon(), qkv.data(), at, false);
      }
      rotation.panel(qkv.data(), at, turns);
      if (keyHead < 0) {
        layout.store(qkv, panel, head * size, tensors.q(), head, token);
      } else {
        layout.store(qkv, panel, head * size, tensors.k(), keyHead, offset + token);
      }
    }
  }

  /** What follows attention: its output matrix, then the feed-forward part. */
  private void feedForward(int layer) {
    LayerWeights weights = decoder.weights().layers().get(layer);
    for (int first = 0; first < residual.panels(); first += CHUNK_PANELS) {
      Chunk attended = chunk(first, narrow, shape.queryFeatures());
      loadHeads(attended);
      addProduct(
          weights.output(),
          attended,
          weights.afterNorms().map(LayerWeights.AfterNorms::attention).orElse(null));
      Chunk normed = chunk(first, narrow, shape.width());
      norm(weights.feedNorm(), normed);
      Chunk gated = chunk(first, wide, 2 * shape.hidden());
      PanelProduct.multiply(
          List.of(
              new Product(weights.gate(), new Target(gated.panels(), 0, 0)),
              new Product(weights.up(), new Target(gated.panels(), 0, shape.hidden()))),
          normed.panels(),
          false,
          threads);
      gate(gated.panels());
      addProduct(
          weights.down(),
          gated,
          weights.afterNorms().map(LayerWeights.AfterNorms::feed).orElse(null));
    }
  }

  private void loadHeads(Chunk to) {
    threads.forEach(
        to.panels().panels(),
        () -> new HeadLayout(shape.headSize()),
        (layout, panel) -> {
          int token = (to.first() + (int) panel) * COLUMNS;
          for (int head = 0; head < shape.heads(); head++) {
            layout.load(
                tensors.o(), head, token, to.panels(), (int) panel, head * shape.headSize());
          }
        });
  }

  private void gate(TokenPanels gated) {
    Gate gate = shape.gate();
    threads.forEach(
        gated.panels(),
        panel ->
            gate.apply(
                gated.data(),
                gated.at((int) panel, 0),
                gated.at((int) panel, shape.hidden()),
                shape.hidden() * COLUMNS));
  }

  /** Adds w · x to the residual stream, normalised first if the layer has a norm there. */
  private void addProduct(QuantizedMatrix w, Chunk x, float[] afterNorm) {
    if (afterNorm == null) {
      Target target = new Target(residual, x.first(), 0);
      PanelProduct.multiply(List.of(new Product(w, target)), x.panels(), true, threads);
      return;
    }
    TokenPanels product = new TokenPanels(x.panels().tokens(), shape.width());
    Target target = new Target(product, 0, 0);
    PanelProduct.multiply(List.of(new Product(w, target)), x.panels(), false, threads);
    threads.forEach(
        product.panels(),
        panel ->
            RmsNorm.panel(
                product.data(),
                product.at((int) panel, 0),
                afterNorm,
                shape.epsilon(),
                residual.data(),
                residual.at(x.first() + (int) panel, 0),
                true));
  }

  /** The last norm, in place. */
  private TokenPanels finish() {
    threads.forEach(
        residual.panels(),
        panel -> {
          int at = residual.at((int) panel, 0);
          RmsNorm.panel(
              residual.data(),
              at,
              decoder.weights().norm(),
              shape.epsilon(),
              residual.data(),
              at,
              false);
        });
    return residual;
  }
}
