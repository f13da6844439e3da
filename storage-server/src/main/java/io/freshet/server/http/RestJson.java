/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.http;

import static com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility.ANY;

import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.rest.RESTRequest;
import org.apache.iceberg.rest.RESTSerializers;

/**
 * The JSON of the Iceberg REST specification: Iceberg's own serialisers, kebab-case names for the
 * classes without one, and unknown fields ignored, since newer clients may send them.
 */
final class RestJson {
  private final ObjectMapper mapper = new ObjectMapper();

  RestJson() {
    mapper.setVisibility(PropertyAccessor.FIELD, ANY);
    mapper.configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
    mapper.setPropertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE);
    RESTSerializers.registerAll(mapper);
  }

  byte[] write(Object response) {
    try {
      return mapper.writeValueAsBytes(response);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("Cannot write " + response.getClass().getSimpleName(), e);
    }
  }

  <T extends RESTRequest> T read(byte[] body, Class<T> type) {
    T request;
    try {
      request = mapper.readValue(body, type);
    } catch (JsonProcessingException e) {
      throw new BadRequestException(
          e,
          "Cannot read the request body as %s: %s",
          type.getSimpleName(),
          e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the request body", e);
    }
    if (request == null) {
      throw new BadRequestException("The request body is null, not a %s", type.getSimpleName());
    }
    request.validate();
    return request;
  }
}
