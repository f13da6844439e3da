/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.junit.jupiter.api.Test;

final class HttpServiceIT {
  private final ServerMetrics metrics = new ServerMetrics();
  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void healthSaysUpOrWhyNot() throws Exception {
    try (HttpService service = start(Health::up)) {
      HttpResponse<String> response = get(service, "/health");
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.body()).isEqualTo("{\"status\":\"UP\"}");
    }
    try (HttpService service = start(() -> Health.down("the lake is gone"))) {
      HttpResponse<String> response = get(service, "/health");
      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(response.body()).contains("\"DOWN\"").contains("the lake is gone");
    }
  }

  @Test
  void metricsHoldThoseOfTheJvmAndOfTheServer() throws Exception {
    metrics.registry().counter("freshet.rows.written").increment(3);
    try (HttpService service = start(Health::up)) {
      HttpResponse<String> response = get(service, "/metrics");
      assertThat(response.headers().firstValue("Content-Type"))
          .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
      assertThat(response.body())
          .contains("jvm_memory_used_bytes")
          .contains("jvm_threads_live_threads")
          .contains("freshet_rows_written_total 3.0");
    }
  }

  @Test
  void whatIsNotThereIsAJsonError() throws Exception {
    try (HttpService service = start(Health::up)) {
      HttpResponse<String> response = get(service, "/nothing");
      assertThat(response.statusCode()).isEqualTo(404);
      assertThat(response.body())
          .contains("\"code\":404")
          .contains("There is no endpoint GET /nothing");
    }
  }

  @Test
  void aPortInUseIsNamed() {
    try (HttpService service = start(Health::up)) {
      assertThatThrownBy(() ->
              HttpService.start(
                  "127.0.0.1", service.port(), Health::up, metrics, List.of(warehouse()), null))
          .isInstanceOfSatisfying(
              FreshetException.class,
              e -> assertThat(e.code()).isEqualTo(FreshetErrorCode.INVALID_CONFIGURATION))
          .hasMessageContaining("Cannot listen for HTTP on 127.0.0.1:" + service.port());
    }
  }

  @Test
  void closeLetsARequestEndAndThenRefusesNewOnes() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    HttpService service =
        start(() -> {
          asked.countDown();
          awaitUninterrupted(answer);
          return Health.up();
        });
    int port = service.port();
    CompletableFuture<HttpResponse<String>> slow =
        client.sendAsync(request(port, "/health"), BodyHandlers.ofString());
    assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();

    CompletableFuture<Void> closing = CompletableFuture.runAsync(service::close);
    answer.countDown();

    assertThat(slow.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    closing.get(30, TimeUnit.SECONDS);
    service.close();
    assertThatThrownBy(() -> client.send(request(port, "/health"), BodyHandlers.ofString()))
        .isInstanceOf(ConnectException.class);
  }

  private HttpService start(Supplier<Health> health) {
    return HttpService.start("127.0.0.1", 0, health, metrics, List.of(warehouse()), null);
  }

  private static Warehouse warehouse() {
    InMemoryCatalog catalog = new InMemoryCatalog();
    catalog.initialize("lake", Map.of());
    return Warehouse.of("lake", catalog, TableGuard.ALLOW_ALL, Map.of(), Map.of());
  }

  private HttpResponse<String> get(HttpService service, String path) throws Exception {
    return client.send(request(service.port(), path), BodyHandlers.ofString());
  }

  private static HttpRequest request(int port, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("The request was interrupted", e);
    }
  }
}
