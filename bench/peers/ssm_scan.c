// Times ggml's SSM_SCAN, the scan of llama.cpp, as Mamba-1 has it: heads of one channel.
//
//   git clone https://github.com/ggml-org/ggml && cmake -S ggml -B ggml/build -DGGML_NATIVE=ON -DGGML_OPENMP=OFF \
//     -DCMAKE_BUILD_TYPE=Release && cmake --build ggml/build
//   cc -O2 ssm_scan.c -o ssm_scan -Iggml/include -Lggml/build/src -lggml -lggml-base -lggml-cpu -Wl,-rpath,ggml/build/src
//   ./ssm_scan CHANNELS STATES TOKENS THREADS ROUNDS
//
// Prints one JSON line: milliseconds (median, least) and 10^9 element-steps a second of the median.
#include <ggml-alloc.h>
#include <ggml-backend.h>
#include <ggml-cpu.h>
#include <ggml.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static int ascending(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

static void fill(struct ggml_tensor *tensor, float low, float high) {
  float *data = ggml_get_data_f32(tensor);
  for (int64_t i = 0; i < ggml_nelements(tensor); i++) {
    data[i] = low + (high - low) * ((float)rand() / (float)RAND_MAX);
  }
}

int main(int count, char **words) {
  if (count != 6) {
    fprintf(stderr, "usage: %s CHANNELS STATES TOKENS THREADS ROUNDS\n", words[0]);
    return 2;
  }
  int channels = atoi(words[1]), states = atoi(words[2]), tokens = atoi(words[3]);
  int threads = atoi(words[4]), rounds = atoi(words[5]);
  size_t bytes = (size_t)4 * tokens * (3 * (size_t)channels + 2 * states) +
                 (size_t)16 * channels * states + (64 << 20);
  struct ggml_context *context = ggml_init((struct ggml_init_params){bytes, NULL, false});
  struct ggml_tensor *s = ggml_new_tensor_4d(context, GGML_TYPE_F32, states, 1, channels, 1);
  struct ggml_tensor *x = ggml_new_tensor_4d(context, GGML_TYPE_F32, 1, channels, tokens, 1);
  struct ggml_tensor *dt = ggml_new_tensor_3d(context, GGML_TYPE_F32, channels, tokens, 1);
  struct ggml_tensor *a = ggml_new_tensor_2d(context, GGML_TYPE_F32, states, channels);
  struct ggml_tensor *b = ggml_new_tensor_4d(context, GGML_TYPE_F32, states, 1, tokens, 1);
  struct ggml_tensor *c = ggml_new_tensor_4d(context, GGML_TYPE_F32, states, 1, tokens, 1);
  struct ggml_tensor *ids = ggml_new_tensor_1d(context, GGML_TYPE_I32, 1);
  fill(s, 0, 0);
  fill(x, -1, 1);
  fill(dt, -4, 1);
  fill(a, -16, -1);
  fill(b, -1, 1);
  fill(c, -1, 1);
  ((int *)ids->data)[0] = 0;
  struct ggml_cgraph *graph = ggml_new_graph(context);
  ggml_build_forward_expand(graph, ggml_ssm_scan(context, s, x, dt, a, b, c, ids, 1));

  double *seconds = malloc(rounds * sizeof *seconds);
  ggml_graph_compute_with_ctx(context, graph, threads);
  for (int i = 0; i < rounds; i++) {
    double start = now();
    ggml_graph_compute_with_ctx(context, graph, threads);
    seconds[i] = now() - start;
  }
  qsort(seconds, rounds, sizeof *seconds, ascending);
  double median = seconds[rounds / 2];
  printf("{\"peer\":\"ggml SSM_SCAN\",\"channels\":%d,\"states\":%d,\"tokens\":%d,\"threads\":%d,"
         "\"median_ms\":%.3f,\"least_ms\":%.3f,\"element_steps_per_ns\":%.3f}\n",
         channels, states, tokens, threads, median * 1e3, seconds[0] * 1e3,
         (double)channels * states * tokens / median * 1e-9);
  free(seconds);
  ggml_free(context);
  return 0;
}
