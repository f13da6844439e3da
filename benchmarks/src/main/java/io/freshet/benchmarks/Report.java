/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/** All results of a run, for people and for programs. */
public record Report(Machine machine, Settings settings, List<Result> results) {
  public Report {
    results = List.copyOf(results);
  }

  public String table() {
    StringBuilder text = new StringBuilder();
    text.append(machine).append('\n');
    text.append(
        String.format(
            Locale.ROOT,
            "%,d rows, %d rounds after %d to warm up: medians (or the percentile named), and minimum to"
                + " maximum%n%n",
            settings.rows(),
            settings.rounds(),
            settings.warmUps()));
    String benchmark = "";
    for (Result result : results) {
      if (!result.benchmark().equals(benchmark)) {
        benchmark = result.benchmark();
        text.append(benchmark).append('\n');
      }
      text.append(line(result)).append('\n');
    }
    return text.toString();
  }

  public String json() {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    ObjectNode place = root.putObject("machine");
    place.put("cores", machine.cores());
    place.put("memory-bytes", machine.memoryBytes());
    place.put("jdk", machine.jdk());
    place.put("kernel", machine.kernel());
    place.put("load-before", machine.loadBefore());
    place.put("disk-megabytes-per-second", machine.diskMegabytesPerSecond());
    root.put("rows", settings.rows());
    root.put("rounds", settings.rounds());
    ArrayNode list = root.putArray("results");
    for (Result result : results) {
      ObjectNode node = list.addObject();
      node.put("benchmark", result.benchmark());
      node.put("what", result.what());
      node.put("unit", result.unit().text);
      node.put("value", result.value());
      node.put("min", result.min());
      node.put("max", result.max());
      node.put("samples", result.samples());
      Aim aim = result.aim();
      if (aim != null) {
        node.put("aim", aim.direction().sign + " " + aim.bound());
        node.put("is-met", aim.isMetBy(result.value()));
      }
    }
    try {
      return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String line(Result result) {
    String range =
        result.samples() > 1 ? "(" + number(result.min()) + " – " + number(result.max()) + ")" : "";
    Aim aim = result.aim();
    String verdict =
        aim == null
            ? ""
            : String.format(
                "aim %s %s: %s",
                aim.direction().sign,
                number(aim.bound()),
                aim.isMetBy(result.value()) ? "met" : "missed");
    return String.format(
            Locale.ROOT,
            "  %-56s %14s %-19s %-32s %s",
            result.what(),
            number(result.value()),
            result.unit().text,
            range,
            verdict)
        .stripTrailing();
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value >= 1_000 ? "%,.0f" : "%.2f", value);
  }
}
