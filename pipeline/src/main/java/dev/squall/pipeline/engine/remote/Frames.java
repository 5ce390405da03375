package dev.squall.pipeline.engine.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Messages on a socket: four bytes of length, then JSON. */
final class Frames {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectReader REQUESTS = JSON.readerFor(Request.class);
  private static final ObjectReader REPLIES = JSON.readerFor(Reply.class);

  /** No message is longer; a longer one means that the other side is not what we think. */
  private static final int LONGEST = 16 << 20;

  private final SocketChannel channel;
  private final ByteBuffer length = ByteBuffer.allocate(Integer.BYTES);

  Frames(SocketChannel channel) {
    this.channel = channel;
  }

  void send(Object message) throws IOException {
    byte[] json = JSON.writeValueAsBytes(message);
    ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + json.length);
    frame.putInt(json.length).put(json).flip();
    while (frame.hasRemaining()) {
      channel.write(frame);
    }
  }

  /**
   * @throws EOFException when the other side is gone
   * @throws ProtocolException when it sends anything else
   */
  Request request() throws IOException {
    return receive(REQUESTS, Request.class);
  }

  /**
   * @throws EOFException when the other side is gone
   * @throws ProtocolException when it sends anything else
   */
  Reply reply() throws IOException {
    return receive(REPLIES, Reply.class);
  }

  private <T> T receive(ObjectReader reader, Class<T> type) throws IOException {
    byte[] json = receive();
    try {
      T message = type.cast(reader.readValue(json));
      if (message != null) {
        return message;
      }
    } catch (JsonProcessingException e) {
      // Said below, in one line.
    }
    throw new ProtocolException(
        "%d bytes that are no %s".formatted(json.length, type.getSimpleName()));
  }

  private byte[] receive() throws IOException {
    fill(length.clear());
    int bytes = length.flip().getInt();
    if (bytes < 0 || bytes > LONGEST) {
      throw new ProtocolException("a message of " + bytes + " bytes");
    }
    ByteBuffer json = ByteBuffer.allocate(bytes);
    fill(json);
    return json.array();
  }

  private void fill(ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new EOFException();
      }
    }
  }
}
