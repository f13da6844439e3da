/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.trino.spi.connector.ConnectorMetadata;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * A new version of Trino may have new methods that take a handle. The Iceberg connector can't take
 * ours, so each must be handled here, or named below with the reason why it never gets one.
 */
final class UnionMetadataTest {
  /** Methods with handles that are never ours, by name. */
  private static final Map<String, String> NEVER_OURS =
      Map.of(
          "getLayoutForTableExecute", "getTableHandleForExecute refuses our tables",
          "beginTableExecute", "getTableHandleForExecute refuses our tables",
          "finishTableExecute", "getTableHandleForExecute refuses our tables",
          "executeTableExecute", "getTableHandleForExecute refuses our tables",
          "getCommonPartitioningHandle", "it takes the lake's partitionings only",
          "getTableCredentials(ConnectorTableFunctionHandle)", "our function becomes a scan");

  @Test
  void everyMethodWithAHandleIsHandled() {
    TreeSet<String> forgotten = new TreeSet<>();
    for (Method method : ConnectorMetadata.class.getMethods()) {
      if (takesHandle(method) && !isOurs(method) && !isNeverOurs(method)) {
        forgotten.add(method.toString());
      }
    }
    assertThat(forgotten).isEmpty();
  }

  @Test
  void exceptionsFromTheRuleAreMethods() {
    List<Method> methods = List.of(ConnectorMetadata.class.getMethods());
    assertThat(NEVER_OURS.keySet())
        .allMatch(name ->
            methods.stream()
                .anyMatch(method -> name.equals(method.getName()) || name.equals(shown(method))));
  }

  private static boolean takesHandle(Method method) {
    return Arrays.stream(method.getGenericParameterTypes()).anyMatch(UnionMetadataTest::isHandle);
  }

  /** Handles in lists, sets, maps and optionals count, too. */
  private static boolean isHandle(Type type) {
    return switch (type) {
      case Class<?> c -> c.isArray() ? isHandle(c.getComponentType()) : isHandleName(c);
      case ParameterizedType p ->
          isHandle(p.getRawType())
              || Arrays.stream(p.getActualTypeArguments()).anyMatch(UnionMetadataTest::isHandle);
      case WildcardType w ->
          Arrays.stream(w.getUpperBounds()).anyMatch(UnionMetadataTest::isHandle);
      case GenericArrayType a -> isHandle(a.getGenericComponentType());
      default -> false;
    };
  }

  private static boolean isHandleName(Class<?> type) {
    return type.getSimpleName().endsWith("Handle");
  }

  private static boolean isOurs(Method method) {
    for (Class<?> type : List.of(UnionMetadata.class, GuardedMetadata.class)) {
      try {
        Method unused = type.getDeclaredMethod(method.getName(), method.getParameterTypes());
        return true;
      } catch (NoSuchMethodException e) {
        continue;
      }
    }
    return false;
  }

  private static boolean isNeverOurs(Method method) {
    return NEVER_OURS.containsKey(method.getName()) || NEVER_OURS.containsKey(shown(method));
  }

  private static String shown(Method method) {
    Class<?>[] types = method.getParameterTypes();
    return types.length == 0
        ? method.getName()
        : method.getName() + "(" + types[types.length - 1].getSimpleName() + ")";
  }
}
