/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.http;

import io.freshet.error.FreshetException;
import io.freshet.server.lake.LakeFaults;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NamespaceNotEmptyException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NoSuchViewException;
import org.apache.iceberg.exceptions.NoSuchWarehouseException;
import org.apache.iceberg.exceptions.NotAuthorizedException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.UnprocessableEntityException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.rest.responses.ErrorResponse;
import org.apache.iceberg.rest.responses.ErrorResponseParser;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Failures as the error responses of the Iceberg REST specification. Iceberg's clients take 5xx on
 * a commit for "may have been committed", so a change that is refused, even for now, is a 4xx.
 */
final class RestErrors {
  private static final Logger LOG = LoggerFactory.getLogger(RestErrors.class);

  private static final Map<Class<? extends Exception>, Integer> STATUSES = new LinkedHashMap<>();

  static {
    STATUSES.put(NoSuchWarehouseException.class, 404);
    STATUSES.put(NoSuchNamespaceException.class, 404);
    STATUSES.put(NoSuchTableException.class, 404);
    STATUSES.put(NoSuchViewException.class, 404);
    STATUSES.put(NotFoundException.class, 404);
    STATUSES.put(AlreadyExistsException.class, 409);
    STATUSES.put(NamespaceNotEmptyException.class, 409);
    STATUSES.put(CommitFailedException.class, 409);
    STATUSES.put(CommitStateUnknownException.class, 500);
    STATUSES.put(UnprocessableEntityException.class, 422);
    STATUSES.put(ForbiddenException.class, 403);
    STATUSES.put(NotAuthorizedException.class, 401);
    STATUSES.put(BadRequestException.class, 400);
    STATUSES.put(ValidationException.class, 400);
    STATUSES.put(IllegalArgumentException.class, 400);
    STATUSES.put(UnsupportedOperationException.class, 406);
  }

  private RestErrors() {}

  static void answer(Exception failure, Context context) {
    int status = status(failure, context.method());
    if (status >= 500) {
      LOG.warn("{} {} failed with {}", context.method(), context.path(), status, failure);
    } else {
      LOG.debug("{} {} refused with {}", context.method(), context.path(), status, failure);
    }
    String message = failure.getMessage();
    answer(status, failure.getClass().getSimpleName(), message == null ? "" : message, context);
  }

  static void answerNoRoute(HttpResponseException failure, Context context) {
    String message =
        failure.getStatus() == 404
            ? "There is no endpoint %s %s".formatted(context.method(), context.path())
            : String.valueOf(failure.getMessage());
    answer(failure.getStatus(), "BadRequestException", message, context);
  }

  private static void answer(int status, String type, String message, Context context) {
    ErrorResponse error =
        ErrorResponse.builder().responseCode(status).withType(type).withMessage(message).build();
    context
        .status(status)
        .contentType("application/json")
        .result(ErrorResponseParser.toJson(error));
  }

  private static int status(Exception failure, HandlerType method) {
    boolean isRead = method.equals(HandlerType.GET) || method.equals(HandlerType.HEAD);
    if (failure instanceof FreshetException freshet) {
      return status(freshet, isRead);
    }
    for (Map.Entry<Class<? extends Exception>, Integer> known : STATUSES.entrySet()) {
      if (known.getKey().isInstance(failure)) {
        return known.getValue();
      }
    }
    // 503 invites to try again, which a change of unknown outcome must not.
    return isRead && LakeFaults.isUnreachable(failure) ? 503 : 500;
  }

  private static int status(FreshetException failure, boolean isRead) {
    return switch (failure.code()) {
      case TABLE_NOT_FOUND, NAMESPACE_NOT_FOUND -> 404;
      case TABLE_ALREADY_EXISTS -> 409;
      case UNSUPPORTED -> 406;
      default ->
          switch (failure.remedy()) {
            case FIX_REQUEST -> 400;
            case REPLAN -> 409;
            case RETRY -> isRead ? 503 : 429;
            case OPERATOR -> 500;
          };
    };
  }
}
