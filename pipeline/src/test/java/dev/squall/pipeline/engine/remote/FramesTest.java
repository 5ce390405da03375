package dev.squall.pipeline.engine.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.pipeline.engine.Copies;
import dev.squall.pipeline.engine.DeviceSession;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class FramesTest {
  private SocketChannel parent;
  private SocketChannel child;

  @BeforeEach
  void connect() throws IOException {
    // A socket's path must be short, which a test's own folder may not be.
    Path folder = Files.createTempDirectory("squall");
    Path socket = folder.resolve("s");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      child = SocketChannel.open(UnixDomainSocketAddress.of(socket));
      parent = server.accept();
    } finally {
      Files.deleteIfExists(socket);
      Files.delete(folder);
    }
  }

  @AfterEach
  void disconnect() throws IOException {
    parent.close();
    child.close();
  }

  static Stream<Request> requests() {
    Request.SharedTensor tensor =
        new Request.SharedTensor(ElementType.U8, List.of(3L, 1L << 40), "/a folder/tensor-1");
    return Stream.of(
        new Request.Enumerate(),
        new Request.Open(3, Long.MAX_VALUE),
        new Request.Prepare(
            7, "a.b", "tiles", Map.of("factor", "2.5"), Map.of("x", tensor), Map.of("y", tensor)),
        new Request.Prepare(8, "a.b", "tiles", Map.of(), Map.of(), Map.of()),
        new Request.Run(1L << 50),
        new Request.Forget(0),
        new Request.PrepareChain(9, List.of(7L, 1L << 50), List.of("/a folder/tensor-1"), true),
        new Request.RunChain(9),
        new Request.FetchChain(9),
        new Request.ForgetChain(9),
        new Request.RunFile(
            "/a folder/k.cl",
            "k",
            List.of(
                new Request.FileArgument(tensor, true, List.of()),
                new Request.FileArgument(null, false, List.of((byte) -128, (byte) 127))),
            List.of(-1),
            List.of(64, 2),
            List.of()));
  }

  static Stream<Reply> replies() {
    return Stream.of(
        new Reply.Devices(List.of()),
        new Reply.Devices(List.of(FaultyProcess.facts(0), FaultyProcess.facts(1))),
        new Reply.Done(),
        new Reply.Opened(true, false),
        new Reply.Ran(
            new DeviceSession.Times(
                1, 0.5, 1e-9, 0, 1.500000001, new Copies(2, 1L << 40, 1, 1L << 33))),
        new Reply.Fetched(new Copies(0, 0, 3, 12)),
        new Reply.Failed(ErrorClass.COMPILE, "„quoted“ \"text\"\nwith a second line"));
  }

  @ParameterizedTest
  @MethodSource("requests")
  void requestsArriveAsTheyWereSent(Request request) throws IOException {
    new Frames(parent).send(request);
    assertThat(new Frames(child).request()).isEqualTo(request);
  }

  @ParameterizedTest
  @MethodSource("replies")
  void repliesArriveAsTheyWereSent(Reply reply) throws IOException {
    new Frames(child).send(reply);
    assertThat(new Frames(parent).reply()).isEqualTo(reply);
  }

  @Test
  void everyKindOfMessageIsAmongThese() {
    assertThat(requests().map(Object::getClass).distinct())
        .hasSameSizeAs(Request.class.getPermittedSubclasses());
    assertThat(replies().map(Object::getClass).distinct())
        .hasSameSizeAs(Reply.class.getPermittedSubclasses());
  }

  @Test
  void messagesKeepTheirOrderAndTheirEnds() throws IOException {
    Frames sender = new Frames(parent);
    for (int i = 0; i < 100; i++) {
      sender.send(new Request.Run(i));
    }
    Frames receiver = new Frames(child);
    for (int i = 0; i < 100; i++) {
      assertThat(receiver.request()).isEqualTo(new Request.Run(i));
    }
  }

  @Test
  void theOtherSidesEndIsAnEnd() throws IOException {
    child.close();
    assertThatThrownBy(() -> new Frames(parent).reply()).isInstanceOf(EOFException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\0\0", "\0\0\0\7", "\0\0\0\7{\"@typ"})
  void aMessageCutShortIsAnEnd(String bytes) throws IOException {
    write(bytes);
    child.close();
    assertThatThrownBy(() -> new Frames(parent).reply()).isInstanceOf(EOFException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\377\377\377\377", "\200\0\0\0", "\1\0\0\1", "HTTP"})
  void anAbsurdLengthIsRefusedBeforeAnythingIsAllocated(String length) throws IOException {
    write(length);
    assertThatThrownBy(() -> new Frames(parent).reply())
        .isInstanceOf(ProtocolException.class)
        .hasMessageStartingWith("a message of ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\0\0\0\4null",
        "\0\0\0\0",
        "\0\0\0\2{}",
        "\0\0\0\3}{]",
        "\0\0\0\17{\"@type\":\"Run\"}",
        "\0\0\0\43{\"@type\":\"dev.squall.Other\",\"id\":1}"
      })
  void whatIsNoReplyIsRefusedInOneLine(String bytes) throws IOException {
    write(bytes);
    assertThatThrownBy(() -> new Frames(parent).reply())
        .isInstanceOf(ProtocolException.class)
        .message()
        .endsWith("bytes that are no Reply")
        .doesNotContain("\n");
  }

  private void write(String bytes) throws IOException {
    child.write(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)));
  }
}
