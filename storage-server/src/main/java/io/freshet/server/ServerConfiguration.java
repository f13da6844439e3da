/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import static io.freshet.error.FreshetErrorCode.INVALID_CONFIGURATION;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.freshet.error.FreshetException;
import io.freshet.server.log.Durability;
import io.freshet.table.TableOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How a server runs. Nothing has to be set.
 *
 * @param data the folder that holds everything the server keeps
 * @param host the address that both services listen on
 * @param flightPort of the Flight service; 0 for any that is free
 * @param httpPort of the HTTP service; 0 for any that is free
 * @param freshMemoryBytes how much memory fresh rows may take before they are read from the log's
 *     files
 * @param lookUpCacheBytes how much of the heap decoded pages of lake files may take, from which
 *     rows are looked up by key
 * @param maxBatchBytes the largest batch that a writer may send
 * @param lease of a union snapshot, unless its reader asks for another
 * @param maxLease the longest that a reader may ask for
 * @param lake properties of the lake's Iceberg catalog; empty for the embedded one
 * @param maxStaleness by warehouse of the fresh view, how long a row may be missing there after it
 *     was acknowledged; not at all in those that are not named
 * @param restToken what clients of the REST catalogs have to show; null for nothing
 */
public record ServerConfiguration(
    Path data,
    String host,
    int flightPort,
    int httpPort,
    Durability durability,
    long freshMemoryBytes,
    long lookUpCacheBytes,
    long maxBatchBytes,
    long logSegmentBytes,
    Duration lease,
    Duration maxLease,
    Map<String, String> lake,
    Map<String, Duration> maxStaleness,
    @Nullable String restToken) {
  public static final int DEFAULT_FLIGHT_PORT = 9090;
  public static final int DEFAULT_HTTP_PORT = 8181;

  /** Unless a quarter of the heap is less. */
  private static final long DEFAULT_LOOK_UP_CACHE_BYTES = 256 << 20;

  /** The warehouse whose tables are virtual snapshots in Iceberg's format version 3. */
  public static final String FRESH = "fresh";

  /** The same in version 2. */
  public static final String FRESH_V2 = "fresh_v2";

  private static final List<String> FRESH_WAREHOUSES = List.of(FRESH, FRESH_V2);

  public ServerConfiguration {
    lake = Map.copyOf(lake);
    maxStaleness = Map.copyOf(maxStaleness);
    for (String warehouse : maxStaleness.keySet()) {
      if (!FRESH_WAREHOUSES.contains(warehouse)) {
        throw FreshetException.of(
            INVALID_CONFIGURATION,
            "max-staleness is set for warehouse '%s': the warehouses of the fresh view are %s",
            warehouse,
            FRESH_WAREHOUSES);
      }
    }
    if (restToken != null && restToken.isBlank()) {
      throw FreshetException.of(
          INVALID_CONFIGURATION, "rest-token is empty: set one, or leave the setting out");
    }
    checkPort("flight-port", flightPort);
    checkPort("http-port", httpPort);
    if (lookUpCacheBytes > maxHeapBytes() / 2) {
      throw FreshetException.of(
          INVALID_CONFIGURATION,
          "look-up-cache is %d bytes, and the heap that it is on has %d: set half of that at most, or"
              + " give the server's JVM more with -Xmx",
          lookUpCacheBytes,
          maxHeapBytes());
    }
    if (maxBatchBytes < 1 || maxBatchBytes > (1L << 30)) {
      throw FreshetException.of(
          INVALID_CONFIGURATION, "max-batch-size is %d bytes: set 1 byte to 1GB", maxBatchBytes);
    }
  }

  /** The settings of {@code freshet.yaml}, as they are written there; null where nothing is. */
  public record Settings(
      @Nullable String data,
      @Nullable String host,
      @Nullable Integer flightPort,
      @Nullable Integer httpPort,
      @Nullable String durability,
      @Nullable String freshMemory,
      @Nullable String lookUpCache,
      @Nullable String maxBatchSize,
      @Nullable String logSegmentSize,
      @Nullable String lease,
      @Nullable String maxLease,
      @Nullable Map<String, String> lake,
      @Nullable Map<String, String> maxStaleness,
      @Nullable String restToken) {
    public static final Settings NONE =
        new Settings(
            null, null, null, null, null, null, null, null, null, null, null, null, null, null);

    /** These settings, and those of {@code other} where these say nothing. */
    public Settings orElse(Settings other) {
      return new Settings(
          first(data, other.data),
          first(host, other.host),
          first(flightPort, other.flightPort),
          first(httpPort, other.httpPort),
          first(durability, other.durability),
          first(freshMemory, other.freshMemory),
          first(lookUpCache, other.lookUpCache),
          first(maxBatchSize, other.maxBatchSize),
          first(logSegmentSize, other.logSegmentSize),
          first(lease, other.lease),
          first(maxLease, other.maxLease),
          first(lake, other.lake),
          first(maxStaleness, other.maxStaleness),
          first(restToken, other.restToken));
    }

    /** The configuration that these settings make, with defaults for what they leave open. */
    public ServerConfiguration resolve() {
      try {
        return new ServerConfiguration(
            Path.of(or(data, "freshet-data")).toAbsolutePath().normalize(),
            or(host, "127.0.0.1"),
            or(flightPort, DEFAULT_FLIGHT_PORT),
            or(httpPort, DEFAULT_HTTP_PORT),
            durability(or(durability, "fsync")),
            TableOptions.size("fresh-memory", or(freshMemory, "512MB")),
            lookUpCache == null
                ? Math.min(DEFAULT_LOOK_UP_CACHE_BYTES, maxHeapBytes() / 4)
                : TableOptions.size("look-up-cache", lookUpCache),
            TableOptions.size("max-batch-size", or(maxBatchSize, "64MB")),
            TableOptions.size("log-segment-size", or(logSegmentSize, "256MB")),
            TableOptions.duration("lease", or(lease, "5min")),
            TableOptions.duration("max-lease", or(maxLease, "1h")),
            or(lake, Map.<String, String>of()),
            durations(or(maxStaleness, Map.<String, String>of())),
            restToken);
      } catch (FreshetException e) {
        throw new FreshetException(INVALID_CONFIGURATION, String.valueOf(e.getMessage()), e);
      }
    }

    private static Map<String, Duration> durations(Map<String, String> texts) {
      Map<String, Duration> durations = new HashMap<>();
      texts.forEach((warehouse, text) ->
          durations.put(warehouse, TableOptions.duration("max-staleness of " + warehouse, text)));
      return durations;
    }

    private static <T> @Nullable T first(@Nullable T mine, @Nullable T other) {
      return mine == null ? other : mine;
    }

    private static <T> T or(@Nullable T value, T defaultValue) {
      return value == null ? defaultValue : value;
    }

    private static Durability durability(String text) {
      try {
        return Durability.valueOf(text.toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        throw new FreshetException(
            INVALID_CONFIGURATION,
            String.format(
                "durability is '%s': set fsync (a write is on disk when it is acknowledged) or os (the"
                    + " operating system writes it some seconds later)",
                text),
            e);
      }
    }
  }

  /** Reads settings from a YAML file; an unknown key is refused by name. */
  public static Settings read(Path file) {
    YAMLMapper mapper =
        YAMLMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
    String text = "";
    try {
      text = Files.readString(file);
      return text.isBlank() ? Settings.NONE : mapper.readValue(text, Settings.class);
    } catch (UnrecognizedPropertyException e) {
      throw new FreshetException(
          INVALID_CONFIGURATION,
          String.format(
              "%s line %d: there is no setting '%s'; the settings are %s",
              file,
              lineOf(e.getPropertyName(), text),
              e.getPropertyName(),
              new TreeSet<>(e.getKnownPropertyIds())),
          e);
    } catch (JsonProcessingException e) {
      throw new FreshetException(
          INVALID_CONFIGURATION,
          String.format("%s is not valid: %s", file, e.getOriginalMessage()),
          e);
    } catch (IOException e) {
      throw new FreshetException(
          INVALID_CONFIGURATION, String.format("Can't read %s: %s", file, e.getMessage()), e);
    }
  }

  /** The line of a key, from 1; the parser's own location is already past it. */
  private static int lineOf(String key, String text) {
    List<String> lines = text.lines().toList();
    for (int line = 0; line < lines.size(); line++) {
      if (lines.get(line).strip().replaceAll("[\"']", "").startsWith(key)) {
        return line + 1;
      }
    }
    return lines.size();
  }

  private static long maxHeapBytes() {
    return Runtime.getRuntime().maxMemory();
  }

  private static void checkPort(String name, int port) {
    if (port < 0 || port > 65535) {
      throw FreshetException.of(
          INVALID_CONFIGURATION, "%s is %d: set 1 to 65535, or 0 for any free port", name, port);
    }
  }
}
